#!/usr/bin/env python3
"""A recorder whose disk fills up says one sentence, goes on, and records again when there is room; a place that cannot be written is
refused in one sentence. The disk is a small tmpfs in a mount namespace of this test's own.

Arguments: the program belvedere-feed.
"""
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.abspath(sys.argv[1])
PATIENCE_S = 120
DISK_BYTES, BALLAST_BYTES = 8 << 20, 4 << 20


def check(condition, sentence):
    if not condition:
        raise SystemExit(f"FAILED: {sentence}")
    print(f"ok: {sentence}", flush=True)


def enter_namespace():
    """Runs this test again where it may mount; 77 where it may not."""
    unshare = ["unshare", "--mount", "--propagation", "private"] + ([] if os.geteuid() == 0 else ["--user", "--map-root-user"])
    attempt = subprocess.run(unshare + ["mount", "-t", "tmpfs", "tmpfs", tempfile.gettempdir()], capture_output=True, text=True)
    if attempt.returncode != 0:
        print(f"skipped: mounting is not permitted ({attempt.stderr.strip()})")
        raise SystemExit(77)
    os.execvp("unshare", unshare + [sys.executable, __file__, PROGRAM, "inside"])


class Recorder:
    """Collects what a recorder says on standard error."""

    def __init__(self, endpoint, file):
        self.log = open(f"{folder}/log", "w+")
        self.process = subprocess.Popen([PROGRAM, "record", endpoint, "-o", str(file)], stderr=self.log)

    def said(self):
        return pathlib.Path(self.log.name).read_text().splitlines()

    def wait_for(self, words):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if any(words in line for line in self.said()):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"FAILED: the recorder did not say '{words}' but {self.said()}, exit code {self.process.poll()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


def feed(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=PATIENCE_S)


def fills_up_and_has_room_again(endpoint, disk):
    file, ballast = disk / "run.bvr", disk / "ballast"
    ballast.write_bytes(b"\1" * BALLAST_BYTES)
    recorder = Recorder(endpoint, file)
    recorder.wait_for("disk is full")
    time.sleep(1)
    check(recorder.process.poll() is None, "the recorder goes on when the disk is full")
    check(sum("disk is full" in line for line in recorder.said()) == 1, "it says so once")
    check(feed("verify", str(file)).returncode == 0, "what was recorded before is sound")
    ballast.unlink()
    recorder.wait_for("recording goes on")
    time.sleep(1)
    check(recorder.stop() == 0, "it ends properly")
    said = recorder.said()
    check(len(said) == 3 and "ticks are missing" in said[2], f"three sentences: {said}")
    check(feed("verify", str(file)).returncode == 0, "the recording is sound")
    found = json.loads(feed("inspect", str(file), "--json").stdout)
    gaps = [gap for gap in found["gaps"] if "full" in gap["reason"]]
    check(len(gaps) == 1, f"the hole is a gap: {gaps}")
    check(found["time_end"] > gaps[0]["time_end"], "there are ticks after it")
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        counted, = database.execute("select sum(count) from site_minute where metric = 'power_watts'").fetchone()
    database.close()
    check(counted == found["ticks"], f"the minutes count {counted} ticks, as many as there are")
    missing = int(said[2].split(";")[1].split()[0])
    check(missing > 5, f"{missing} ticks are missing")


def cannot_be_written(endpoint, disk):
    file = disk / "run.bvr"
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for name, target in (("a new recording", disk / "new.bvr"), ("a recording to go on with", file)):
        result = feed("record", endpoint, "-o", str(target))
        lines = result.stderr.splitlines()
        check(result.returncode == 1 and len(lines) == 1 and str(target) in lines[0], f"{name} is refused: {lines}")
    check(feed("verify", str(file)).returncode == 0, "reading goes on")
    check(feed("state-hash", str(file)).returncode == 0, "seeking goes on")
    result = feed("cut", str(file), "-o", str(disk / "cut.bvr"))
    check(result.returncode == 1 and len(result.stderr.splitlines()) == 1, f"a cut is refused: {result.stderr.strip()}")


if len(sys.argv) < 3:
    enter_namespace()
folder = tempfile.mkdtemp(prefix="belvedere-full-")
disk = pathlib.Path(folder) / "disk"
disk.mkdir()
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)], check=True)
endpoint = f"ipc://{folder}/publisher"
simulator = subprocess.Popen([PROGRAM, "simulate", "--cluster", "array-512", "--bind", endpoint, "--rate", "20"], stdout=subprocess.PIPE,
                             text=True)
try:
    simulator.stdout.readline()
    fills_up_and_has_room_again(endpoint, disk)
    cannot_be_written(endpoint, disk)
finally:
    simulator.terminate()
    simulator.wait(PATIENCE_S)
    subprocess.run(["umount", str(disk)])
    shutil.rmtree(folder, ignore_errors=True)
