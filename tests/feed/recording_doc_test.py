#!/usr/bin/env python3
"""Runs every SQL example of docs/recording.md against a recording that belvedere-feed made: each must give rows. Then unpacks values with
docs/examples/recording.py, which shares no code with ours, and compares them with what export says.

Arguments: the program belvedere-feed, the root of the source tree.
"""
import csv
import importlib.util
import io
import json
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
PATIENCE_S = 120


def check(condition, sentence):
    if not condition:
        raise SystemExit(f"FAILED: {sentence}")
    print(f"ok: {sentence}", flush=True)


def feed(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout


def record(folder):
    """The better part of an hour of a storm in a few seconds, with a gap in which nobody recorded."""
    file, endpoint = folder / "run.bvr", f"ipc://{folder}/publisher"
    simulator = subprocess.Popen([PROGRAM, "simulate", "--cluster", "array-512", "--scenario", "storm", "--bind", endpoint, "--rate", "20",
                                  "--speed", "400"], stdout=subprocess.PIPE, text=True)
    try:
        simulator.stdout.readline()
        for seconds in (2, 5):
            recorder = subprocess.Popen([PROGRAM, "record", endpoint, "-o", str(file)], stderr=subprocess.PIPE, text=True)
            recorder.stderr.readline()
            time.sleep(seconds)
            recorder.send_signal(signal.SIGTERM)
            check(recorder.wait(PATIENCE_S) == 0, f"recorded {seconds} s")
            time.sleep(0.5)
    finally:
        simulator.terminate()
        simulator.wait(PATIENCE_S)
    return file


def example():
    spec = importlib.util.spec_from_file_location("recording", ROOT / "docs" / "examples" / "recording.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def add_bookmark(database, reader, time_ns):
    fields = (time_ns, time.time_ns(), "first", "", "")
    database.execute("insert into bookmark (time_ns, created_ns, name, note, link, crc) values (?, ?, ?, ?, ?, ?)",
                     (*fields, reader.row_check(*fields)))
    database.commit()


def run_examples(database):
    page = (ROOT / "docs" / "recording.md").read_text()
    statements = [s.strip() for block in re.findall(r"```sql\n(.*?)```", page, re.S) for s in block.split(";") if s.strip()]
    check(len(statements) > 12, f"{len(statements)} SQL examples")
    for statement in statements:
        rows = database.execute(statement).fetchall()
        check(rows and any(value is not None for row in rows for value in row), f"{len(rows)} rows: {' '.join(statement.split())[:90]}")
    tables = {name for name, in database.execute("select name from sqlite_schema where type in ('table', 'view') and name not like 'sqlite%'")}
    missing = sorted(name for name in tables if f"`{name}`" not in page)
    check(not missing, f"all {len(tables)} tables and views are explained {missing or ''}")


def compare_values(database, reader, file):
    for metric, index, name in (("gpu.power_watts", 100, None), ("link.tx_bytes_per_second", 7, None), ("site.power_watts", 0, None)):
        read = list(reader.history(database, metric, index))
        rows = [row for row in csv.DictReader(io.StringIO(feed("export", str(file), "--metric", metric)))]
        names = list(dict.fromkeys(row["object"] for row in rows))
        rows = [row for row in rows if row["object"] == names[index]]
        check(len(read) == len(rows) > 30, f"{len(read)} values of {metric} {index} unpacked in Python")
        check(all((value is None and row["value"] == "") or abs(value - float(row["value"])) <= 1e-6 * max(1, abs(value))
                  for (_, value), row in zip(read, rows)), f"every value of {names[index]} is what export says")


with tempfile.TemporaryDirectory() as folder:
    file = record(pathlib.Path(folder))
    reader = example()
    database = sqlite3.connect(file)
    add_bookmark(database, reader, database.execute("select min(begin_ns) from block").fetchone()[0])
    run_examples(database)
    compare_values(database, reader, file)
    for table, fields in (("gap", "source, begin_ns, end_ns, reason"), ("source", "id, name"),
                          ("metric", "id, class, name, label, unit, scale, offset"), ("series", "id, source, metric, first, count"),
                          ("aggregate", "step_s, metric, object_index, begin_ns, min, mean, max, count")):
        rows = database.execute(f"select {fields}, crc from {table} limit 50").fetchall()
        check(all(reader.row_check(*row[:-1]) == row[-1] for row in rows), f"checksums of {len(rows)} rows of {table} as documented")
    database.close()
    cut = pathlib.Path(folder) / "cut.bvr"
    feed("cut", str(file), "-o", str(cut), "--from", "+60s")
    with sqlite3.connect(cut) as database:
        (key, value, crc), = database.execute("select key, value, crc from meta").fetchall()
    database.close()
    check(key == "begin_ns" and reader.row_check(key, value) == crc, f"a cut says where it begins: {value}")
    found = json.loads(feed("verify", str(file), "--json"))
    check(found["sound"], "verify finds nothing")
    check(json.loads(feed("inspect", str(file), "--json"))["bookmarks"] == 1, "a bookmark of another program is read")
