#!/usr/bin/env python3
"""Drives belvedere-feed as its users do: exit codes, one sentence on stderr, files written whole, a simulator that starts and ends.

Arguments: the program, the folder of test data, the folder of samples (which may be missing), the classes to run (by default all but
RealScan, which needs the samples).
"""
import csv
import io
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM, DATA, SAMPLES = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
DIRTY = str(DATA / "dirty_ibnetdiscover.out")
PLACES, EVENTS = str(DATA / "dirty_layout.csv"), str(DATA / "dirty_events.csv")
ROOT = DATA.parents[2]
PATIENCE_S = 120  # of a machine that builds beside the test


def feed(*arguments, **more):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=PATIENCE_S, **more)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def assert_refused(self, result, code, *words):
        text = result.stderr.decode()
        self.assertEqual(result.returncode, code, text)
        for word in words:
            self.assertIn(word, text)
        # one sentence, nothing else
        self.assertEqual((len(text.splitlines()), result.stdout), (1, b""), text)
        self.assertTrue(text.startswith("belvedere-feed: ") and text.endswith(".\n"), text)

    def import_fixture(self, name="fabric.toml", *arguments):
        path = self.folder / name
        result = feed("import", "ibnetdiscover", DIRTY, "-o", str(path), *arguments)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        return path, result


class Usage(Case):
    def test_help_and_version(self):
        for command in ([], ["simulate"], ["import"], ["import", "ibnetdiscover"], ["import", "layout-csv"], ["import", "events-csv"], ["inspect"], ["proxy"], ["keygen"], ["record"],
                        ["state-hash"], ["verify"], ["cut"], ["export"], ["what-if"]):
            result = feed(*command, "--help")
            self.assertEqual(result.returncode, 0, command)
            self.assertIn(" ".join(["Usage: belvedere-feed", *command]), result.stdout.decode())
        self.assertRegex(feed("--version").stdout.decode(), r"^belvedere-feed \d+\.\d+\.\d+\n$")

    def test_wrong_usage_is_2_and_one_sentence(self):
        all_commands = "simulate, import, inspect, proxy, keygen, record, state-hash, verify, cut, export, what-if"
        simulate = ["simulate", "--cluster", "x", "--bind", "tcp://127.0.0.1:1"]
        imported = ["import", "ibnetdiscover", DIRTY, "-o"]
        layout = ["import", "layout-csv", PLACES, "-o", "x.toml", "--name-column", "host"]
        events = ["import", "events-csv", EVENTS, "-o", "x.bvr", "--cluster", "array-512", "--object-column", "host"]
        timed = [*events, "--time-column", "when"]
        for command, *words in (
                ([], all_commands), (["nonsense"], "'nonsense'", all_commands), (["record", "tcp://127.0.0.1:1"], "--output"),
                (["bridge"], "bridge", "not supported yet", all_commands), (["state-hash"], "state-hash --help"),
                (["record", "tcp://127.0.0.1:1", "-o", "x.bvr", "--keep", "7"], "--keep"),
                (["record", "tcp://127.0.0.1:1", "-o", "x.bvr", "--max-size", "much"], "--max-size"),
                (["--nonsense"], "'--nonsense'"), (["import"], "import", "ibnetdiscover"), (["import", "nonsense"], "'nonsense'", "ibnetdiscover"),
                (["import", "ibnetdiscover"], "import ibnetdiscover --help"), (["inspect"], "inspect --help"), (["inspect", "a", "b"], "'b'"),
                (["simulate", "--cluster", "x"], "--bind"), ([*simulate, "--nonsense"], "'--nonsense'"), ([*simulate, "--rate", "0"], "--rate"),
                ([*simulate, "--scenario", "nonsense"], "nonsense", "training"),
                ([*simulate, "--preset", "2031"], "2031", "video-2024"), (["what-if", "--set", "recovry=memory"], "'recovry'", "recovery"),
                (["what-if", "--set", "xyzzy=1"], "'xyzzy'", "checkpoint_interval_steps"), (["what-if", "--base", "gpus=many"], "gpus", "'many'"),
                (["what-if", "--set", "spares"], "KEY=VALUE"), (["what-if", "--runs", "1"], "--runs"), ([*imported, "x", "--name-rule", "(?<row>"], "(?<row>"),
                ([*imported, "x", "--gpus-per-host", "-3"], "--gpus-per-host"), ([*imported, "-", "--json"], "--json"),
                (["import", "layout-csv", "x", "-o", "y"], "--name-column"), ([*layout, "--rack-size", "1,2"], "--rack-size"),
                ([*layout, "--name-rule", "x"], "places nothing"), ([*layout, "--x-column", "x"], "--y-column"), ([*layout, "--class", "gpu"], "--class"),
                ([*layout, "--delimiter", "ab"], "--delimiter"), ([*events, "--time-column", "{when"], "--time-column"), (events, "--time-column"),
                ([*timed, "--time-zone", "Mars/Base"], "Mars/Base"), ([*timed, "--time-format", "julian"], "julian"), ([*timed, "--class", "x"], "--class"),
                ([*timed, "--severity", "bad"], "--severity"), ([*timed, "--severity-map", "a=info"], "--kind-column"),
                ([*timed, "--kind-column", "what", "--severity-map", "a"], "CELL=MEANING"), ([*timed, "--kind-column", "what", "--severity-map", "a=b"], "'b'"),
                ([*timed, "--code-column", "what", "--code-map", "a=b"], "--code-map"), ([*timed, "--duration", "long"], "--duration"),
                ([*timed, "--present-from", "from"], "--present-to"), ([*timed, "--part-column", "card"], "--present-from")):
            with self.subTest(command):
                self.assert_refused(feed(*command, cwd=self.folder), 2, *words)


class WhatIf(Case):
    def test_side_by_side(self):
        command = ["what-if", "--base", "preset=video-2024", "--base", "restart_seconds=1500", "--set", "recovery=memory", "--runs", "200"]
        result = feed(*command, "--json")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        told = json.loads(result.stdout)
        for side, restart_wins in ((told["base"], True), (told, False)):
            self.assertEqual(side["preset"], "video-2024")
            self.assertAlmostEqual(side["first_failure_minutes_analytic"], 26.28, places=6)
            for name in ("first_failure_minutes_mean", "first_failure_minutes_median", "goodput_ratio", "restart_ratio", "compute_ratio"):
                self.assertIsInstance(side[name], float, name)
            shares = [side[f"{name}_ratio"] for name in ("compute", "checkpoint", "lost", "restart", "waiting")]
            self.assertAlmostEqual(sum(shares), 1, places=9)
            self.assertEqual(side["restart_ratio"] > side["compute_ratio"], restart_wins)
        self.assertEqual((told["runs"], told["seed"], told["set"]), (200, 1, ["recovery=memory"]))
        self.assertEqual(feed(*command, "--json").stdout, result.stdout)
        self.assertNotEqual(feed(*command, "--json", "--seed", "2").stdout, result.stdout)
        table = feed(*command).stdout.decode()
        self.assertRegex(table, r"recovery +checkpoint +memory")
        self.assertIn("not a measurement", table)

    def test_alone(self):
        table = feed("what-if", "--runs", "50").stdout.decode()
        self.assertRegex(table, r"exact mean +30\.9")
        self.assertRegex(table, r"GPU chips alone at their limit, MW +70\.2")


class Documented(Case):
    """What --help prints, the manual page and the shell completion tell the same options."""

    COMMANDS = {"simulate": ["simulate"], "import ibnetdiscover": ["import", "ibnetdiscover"], "import layout-csv": ["import", "layout-csv"],
                "import events-csv": ["import", "events-csv"], "inspect": ["inspect"], "proxy": ["proxy"], "keygen": ["keygen"], "record": ["record"],
                "state-hash": ["state-hash"], "verify": ["verify"], "cut": ["cut"], "export": ["export"], "what-if": ["what-if"], "drill": ["drill"]}

    def options(self, command):
        return set(re.findall(r"--[a-z][a-z-]+", re.sub(r"belvedere-feed COMMAND.*", "", feed(*command, "--help").stdout.decode())))

    def test_manual_page(self):
        page = (ROOT / "docs" / "man" / "belvedere-feed.1").read_text().replace("\\-", "-")
        for name, command in self.COMMANDS.items():
            section = page.split(f".SS {' '.join(command)}\n")[1].split("\n.S")[0]
            self.assertEqual(self.options(command) - {"--help"} - set(re.findall(r"--[a-z][a-z-]+", section)), set(), name)

    def test_completion(self):
        script = (ROOT / "assets" / "completion" / "belvedere-feed.bash").read_text()
        for name, command in self.COMMANDS.items():
            offered = set(re.search(rf'^    "?{name}"?\) options="(.*)"', script, re.M).group(1).split())
            self.assertEqual(offered, self.options(command), name)

    def test_completion_completes(self):
        bash = f"""source '{ROOT}/assets/completion/belvedere-feed.bash'
            COMP_WORDS=(belvedere-feed simulate --sc); COMP_CWORD=2; _belvedere_feed; echo "${{COMPREPLY[@]}}"
            COMP_WORDS=(belvedere-feed simulate --scenario tr); COMP_CWORD=3; _belvedere_feed; echo "${{COMPREPLY[@]}}"
            COMP_WORDS=(belvedere-feed i); COMP_CWORD=1; _belvedere_feed; echo "${{COMPREPLY[@]}}" """
        environment = {**os.environ, "PATH": f"{pathlib.Path(PROGRAM).parent}:{os.environ['PATH']}"}
        result = subprocess.run(["bash", "-c", bash], capture_output=True, text=True, env=environment, timeout=PATIENCE_S)
        self.assertEqual(result.stdout.split("\n")[:3], ["--scenario", "training", "import inspect"], result.stderr)


class Drill(Case):
    def test_one_json_object_with_the_figures(self):
        report = json.loads(feed("drill", "--runs", "3", "--duration", "60", "--json").stdout)
        self.assertEqual(report["runs"], 3)
        self.assertEqual(report["faults"], 4)
        for key in ("root_first_ratio", "root_top3_ratio", "one_incident_ratio", "false_incidents_per_hour"):
            self.assertIn(key, report)
        self.assertEqual(sum(kind["runs"] for kind in report["kinds"].values()), 4)

    def test_same_seed_same_answer(self):
        arguments = ["drill", "--runs", "2", "--duration", "60", "--seed", "9", "--kind", "leaf_switch", "--faults", "2"]
        self.assertEqual(feed(*arguments).stdout, feed(*arguments).stdout)
        self.assertIn(b"leaf_switch", feed(*arguments).stdout)

    def test_wrong_usage_is_one_sentence(self):
        for arguments in (["--kind", "gremlins"], ["--faults", "3"], ["--runs", "0"], ["--loss", "2"]):
            self.check_usage("drill", *arguments)

    def check_usage(self, *arguments):
        result = feed(*arguments)
        self.assertEqual(result.returncode, 2, arguments)
        self.assertEqual(result.stderr.count(b"\n"), 1)


class Import(Case):
    def test_summary_and_counts(self):
        path, result = self.import_fixture()
        text = result.stderr.decode()
        self.assertIn("3 switches (2 leaf, 1 spine", text)
        self.assertIn("guessed", text)
        self.assertEqual(result.stdout, b"")
        inspected = json.loads(feed("inspect", str(path), "--json").stdout)
        self.assertEqual(inspected["objects"]["switch"], 3)
        self.assertEqual(inspected["objects"]["nic"], 10)
        self.assertEqual(inspected["objects"]["link"], 11)

    def test_json_summary_is_one_object(self):
        _, result = self.import_fixture("fabric.toml", "--json")
        summary = json.loads(result.stdout)
        self.assertEqual(result.stderr, b"")
        self.assertEqual(summary["channel_adapters"], 10)
        self.assertEqual(summary["aggregation_nodes"], 1)
        self.assertEqual(len(summary["conflicts"]), 1)

    def test_same_input_gives_the_same_bytes(self):
        first, _ = self.import_fixture()
        text = first.read_bytes()
        again, _ = self.import_fixture()
        self.assertEqual(text, again.read_bytes())
        to_stdout = feed("import", "ibnetdiscover", DIRTY, "-o", "-")
        self.assertEqual(to_stdout.stdout, text)
        from_stdin = feed("import", "ibnetdiscover", "-", "-o", "-", input=pathlib.Path(DIRTY).read_bytes())
        self.assertEqual(from_stdin.stdout, text)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["fabric.toml"])  # no temporary left

    def test_own_name_rule(self):
        path, _ = self.import_fixture("fabric.toml", "--name-rule", r"X-(?<row>UFM)-(?<rack>\d+)", "--name-rule", "(?<row>never)")
        self.assertIn('name = "UFM01"', path.read_text())

    def test_bad_input_is_one_sentence_and_nothing_is_written(self):
        text = pathlib.Path(DIRTY).read_bytes()
        bad = {"empty": b"", "binary": bytes(range(256)) * 20, "cut": text[:1500], "not_it": b"root:x:0:0\n" * 50,
               "latin1": text + b"# caf\xe9\n", "huge_line": text + b"# " + b"x" * 1_000_000 + b"\n"}
        output = self.folder / "out.toml"
        output.write_text("kept")
        for name, content in bad.items():
            path = self.folder / name
            path.write_bytes(content)
            self.assert_refused(feed("import", "ibnetdiscover", str(path), "-o", str(output)), 1, f"{path}:")
            self.assertRegex(feed("import", "ibnetdiscover", str(path), "-o", str(output)).stderr.decode(), rf"{path}:\d+: ")
        self.assertEqual(output.read_text(), "kept")

    def test_files_that_cannot_be_read_or_written(self):
        self.assert_refused(feed("import", "ibnetdiscover", "/nonexistent/a", "-o", "x"), 1, "/nonexistent/a", "No such file")
        self.assert_refused(feed("import", "ibnetdiscover", str(self.folder), "-o", "x"), 1, "is a folder")
        self.assert_refused(feed("import", "ibnetdiscover", DIRTY, "-o", "/nonexistent/b.toml"), 1, "/nonexistent/b.toml")
        self.assert_refused(feed("inspect", "/nonexistent/c.toml"), 1, "/nonexistent/c.toml")

    def test_a_lone_adapter_is_named(self):
        path = self.folder / "lone.out"
        path.write_text('Ca\t1 "H-00000000000000a1"\t\t# "n1 HCA-1"\n')
        self.assert_refused(feed("import", "ibnetdiscover", str(path), "-o", "x"), 1, f"{path}:1:", "n1 HCA-1", "no cable")


class ImportTables(Case):
    LAYOUT = ["--name-column", "host", "--gpus", "1"]
    EVENTS = ["--object-column", "host", "--class", "gpu", "--time-column", "when", "--kind-column", "what", "--severity-map", "ECC=critical,fan=warning",
              "--duration", "1d", "--present-from", "from", "--present-to", "to", "--part-column", "card", "--part-word", "card"]

    def cluster(self):
        table, path = self.folder / "hosts.csv", self.folder / "small.toml"
        table.write_text("host\na\nb\nc\n")
        result = feed("import", "layout-csv", str(table), "-o", str(path), *self.LAYOUT)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("3 hosts with 3 GPUs", result.stderr.decode())
        return path

    def events(self, cluster, *more, name="log.bvr"):
        path = self.folder / name
        return path, feed("import", "events-csv", EVENTS, "-o", str(path), "--cluster", str(cluster), *self.EVENTS, *more)

    def test_places(self):
        path = self.folder / "site.toml"
        arguments = [PLACES, "-o", str(path), "--name-column", "host", "--rack-column", "rack", "--unit-column", "u", "--gpus-column", "gpus", "--json"]
        dry = feed("import", "layout-csv", *arguments, "--dry-run")
        self.assertFalse(path.exists())
        result = feed("import", "layout-csv", *arguments)
        self.assertEqual((result.returncode, result.stdout), (0, dry.stdout), result.stderr)
        found = json.loads(result.stdout)
        self.assertEqual((found["hosts"], found["gpus"], found["racks"], found["unplaced_names"]), (9, 40, 5, ["n8"]))
        self.assertIn(f"{PLACES}:6", [finding["first"] for finding in found["findings"]])
        first = path.read_bytes()
        feed("import", "layout-csv", *arguments)
        self.assertEqual(path.read_bytes(), first)
        inspected = json.loads(feed("inspect", str(path), "--json").stdout)
        self.assertEqual((inspected["objects"]["gpu"], inspected["objects"]["rack"]), (40, 5))

    def test_events(self):
        cluster = self.cluster()
        path, dry = self.events(cluster, "--dry-run", "--json")
        self.assertFalse(path.exists())
        path, result = self.events(cluster, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        found = json.loads(result.stdout)
        for key in ("events", "events_by_kind", "time_begin", "time_end", "findings", "health_changes"):
            self.assertEqual(found[key], json.loads(dry.stdout)[key], key)
        self.assertEqual(found["events_by_severity"], {"critical": 4, "info": 5, "warning": 3})
        inspected = json.loads(feed("inspect", str(path), "--json").stdout)
        for key in ("events", "time_begin", "time_end", "ticks", "samples"):
            self.assertEqual(inspected[key], found[key], key)
        hashes = {}
        for _ in range(2):  # the same table gives the same states, and replaces what stood there
            for at in ("begin", "2020-02-01T12:00:00Z", "end"):
                answer = feed("state-hash", str(path), "--at", at)
                self.assertEqual(hashes.setdefault(at, answer.stdout), answer.stdout)
            path, result = self.events(cluster)
            self.assertIn("12 events from 2020-01-01T00:00:00Z to 2020-03-10T00:00:00Z", result.stderr.decode())
        self.assertEqual(len(set(hashes.values())), 3)
        self.assertEqual(sorted(each.name for each in self.folder.iterdir()), ["hosts.csv", "log.bvr", "small.toml"])

    def test_tables_on_standard_input(self):
        table = b"when|host\n2020-01-01|a\n"
        result = feed("import", "events-csv", "-", "-o", str(self.folder / "x.bvr"), "--cluster", str(self.cluster()), "--object-column", "host",
                      "--time-column", "when", input=table)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("1 event ", result.stderr.decode())

    def test_bad_input_is_one_sentence_and_nothing_is_written(self):
        cluster = str(self.cluster())
        output = self.folder / "x.bvr"
        for text, *words in ((b"", "empty"), (b"when,what\n1,2\n", "'host'", "when, what"), (b"\xff\xfea", "UTF-16"),
                             (b"host,when\n", "no rows"), (b"host,when\nx,2020-01-01\n", "'x'", "'a/gpu0'"), (b"host,when\na,soon\n", "soon")):
            with self.subTest(text):
                (self.folder / "x.csv").write_bytes(text)
                self.assert_refused(feed("import", "events-csv", str(self.folder / "x.csv"), "-o", str(output), "--cluster", cluster,
                                         "--object-column", "host", "--class", "gpu", "--time-column", "when"), 1, *words)
                self.assertFalse(output.exists())
        good = ["import", "events-csv", EVENTS, "--cluster", cluster, *self.EVENTS]
        self.assert_refused(feed(*good, "-o", str(self.folder)), 1, "folder")
        self.assert_refused(feed(*good, "-o", str(self.folder / "none" / "x.bvr")), 1, "none")
        self.assert_refused(feed(*good, "-o", str(output), "--interval", "1ms"), 1, "interval")
        self.assert_refused(feed("import", "events-csv", "/none.csv", "--cluster", cluster, *self.EVENTS, "-o", str(output)), 1, "/none.csv")
        self.assertFalse(output.exists())


class RealScan(Case):
    def setUp(self):
        super().setUp()
        self.sample = SAMPLES / "ib" / "topograph_ibnetdiscover.out"
        if not self.sample.exists():
            print("skipped: no samples", flush=True)
            self.skipTest("no samples")

    def test_documented_example(self):
        """The commands of docs/import.md as they stand there."""
        example = (ROOT / "docs" / "import.md").read_text().split("### Example: five years of Titan")[1].split("```")[1]
        script = example.replace("../shared/samples", str(SAMPLES)).replace("belvedere-feed ", f"'{PROGRAM}' ")
        result = subprocess.run(["bash", "-e"], input=script, text=True, cwd=self.folder, capture_output=True, timeout=PATIENCE_S)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout.splitlines()[-1], r"^[0-9a-f]{16}$")
        counts = json.loads(feed("inspect", str(self.folder / "titan.toml"), "--json").stdout)["objects"]
        self.assertEqual((counts["gpu"], counts["rack"], counts["row"], counts["hall"]), (18687, 200, 8, 1))
        recorded = json.loads(feed("inspect", str(self.folder / "titan.bvr"), "--json").stdout)
        self.assertEqual((recorded["events"], recorded["time_end"]), (54122, "2019-08-02T00:07:33Z"))
        self.assertLess(recorded["bytes"], 40e6)

    def test_counts_then_simulate(self):
        path = self.folder / "fabric.toml"
        self.assertEqual(feed("import", "ibnetdiscover", str(self.sample), "-o", str(path)).returncode, 0)
        inspected = json.loads(feed("inspect", str(path), "--json").stdout)
        self.assertEqual(inspected["objects"]["switch"], 40)
        self.assertEqual(inspected["objects"]["nic"], 582)
        self.assertEqual(inspected["objects"]["link"], 1114)
        self.assertEqual(inspected["links"]["host"], 582)
        self.assertEqual(inspected["links"]["leaf_spine"], 532)
        result = feed("simulate", "--cluster", str(path), "--bind", "tcp://127.0.0.1:*", "--duration", "2", "--rate", "2")
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        self.assertIn("publishing fabric on tcp://127.0.0.1:", result.stdout.decode())


class Simulate(Case):
    def start(self, *arguments):
        path, _ = self.import_fixture()
        process = subprocess.Popen([PROGRAM, "simulate", "--cluster", str(path), *arguments],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        return process, process.stdout.readline().decode()

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def test_starts_with_one_line_and_ends_on_signals(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process, line = self.start("--bind", "tcp://127.0.0.1:*")
            self.assertRegex(line, r"^publishing fabric on tcp://127\.0\.0\.1:\d+ .*1 tick.* per second")
            process.send_signal(number)
            out, err = process.communicate(timeout=PATIENCE_S)
            self.assertEqual((process.returncode, out, err), (0, b"", b""))

    def test_a_port_in_use_is_one_sentence(self):
        process, line = self.start("--bind", "tcp://127.0.0.1:*")
        endpoint = re.search(r"tcp://127\.0\.0\.1:\d+", line).group()
        path = self.folder / "fabric.toml"
        self.assert_refused(feed("simulate", "--cluster", str(path), "--bind", endpoint), 1, endpoint)
        self.assertIsNone(process.poll())

    def test_refuses_what_cannot_work(self):
        path, _ = self.import_fixture()
        self.assert_refused(feed("simulate", "--cluster", "/nonexistent.toml", "--bind", "tcp://127.0.0.1:*"), 1, "/nonexistent.toml")
        self.assert_refused(feed("simulate", "--cluster", str(path), "--bind", "udp://127.0.0.1:1"), 1, "udp")
        self.assert_refused(feed("simulate", "--cluster", str(path), "--bind", "tcp://0.0.0.0:*"), 1, "--insecure")

    def test_ends_after_its_duration(self):
        path, _ = self.import_fixture()
        result = feed("simulate", "--cluster", str(path), "--bind", f"ipc://{self.folder}/s", "--duration", "1", "--rate", "10",
                      "--speed", "100")
        self.assertEqual((result.returncode, result.stderr), (0, b""))


class Record(Case):
    """Records a simulated cluster, then asks the recording."""

    def start(self, *arguments):
        process = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(Simulate.end, process)
        return process

    def publish(self):
        """Where the one publisher of this test speaks."""
        endpoint = f"ipc://{self.folder}/publisher"
        if (self.folder / "publisher").exists():
            return endpoint
        path, _ = self.import_fixture()
        simulator = self.start("simulate", "--cluster", str(path), "--bind", endpoint, "--rate", "20")
        self.assertIn("publishing", simulator.stdout.readline().decode())
        return endpoint

    def record(self, *arguments, number=signal.SIGTERM):
        """A recording of about a second, and what was said on standard error."""
        file = self.folder / "run.bvr"
        recorder = self.start("record", self.publish(), "-o", str(file), *arguments)
        said = recorder.stderr.readline().decode()
        time.sleep(1)
        recorder.send_signal(number)
        out, err = recorder.communicate(timeout=PATIENCE_S)
        self.assertEqual((recorder.returncode, out, err), (0, b"", b""))
        return file, said

    def test_records_until_a_signal(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            file, said = self.record(number=number)
            self.assertRegex(said, r"^belvedere-feed: recording sim from ipc://.* into .*run\.bvr\.\n$")
            found = json.loads(feed("inspect", str(file), "--json").stdout)
            self.assertEqual(found["kind"], "recording")
            self.assertEqual(found["objects"]["switch"], 3)
            self.assertEqual(found["links"]["host"], 9)
            self.assertGreater(found["ticks"], 3)
            self.assertGreater(found["samples"], found["ticks"])
            self.assertGreater(found["bytes_per_sample"], 0)
            self.assertEqual([source["name"] for source in found["sources"]], ["sim"])
            self.assertLess(found["time_begin"], found["time_end"])
            self.assertIn("bytes per sample", feed("inspect", str(file)).stdout.decode())
            self.assertEqual([path.name for path in self.folder.glob("run.bvr*")], ["run.bvr"])  # no log left
            file.unlink()

    def test_state_hash(self):
        file, _ = self.record()
        hashes = {}
        for at in ("begin", "+0s", "end", "-0s", "+300ms", "+300ms"):
            result = feed("state-hash", str(file), "--at", at)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertRegex(result.stdout.decode(), r"^[0-9a-f]{16}\n$")
            self.assertEqual(hashes.setdefault(at, result.stdout), result.stdout)
        self.assertEqual(hashes["begin"], hashes["+0s"])
        self.assertEqual(hashes["end"], hashes["-0s"])
        self.assertNotEqual(hashes["begin"], hashes["end"])
        at_end = json.loads(feed("inspect", str(file), "--json").stdout)["time_end"]
        self.assertEqual(feed("state-hash", str(file), "--at", at_end).stdout, hashes["end"])
        self.assert_refused(feed("state-hash", str(file), "--at", "noon"), 2, "--at", "noon", "+90s")

    def test_verify(self):
        file, _ = self.record()
        result = feed("verify", str(file))
        self.assertEqual((result.returncode, result.stderr), (0, b""), result.stdout)
        self.assertRegex(result.stdout.decode(), r"^All is sound: \d+ ticks, \d+ samples, .*\n$")
        found = json.loads(feed("verify", str(file), "--json").stdout)
        self.assertEqual((found["sound"], found["flaws"]), (True, []))
        with sqlite3.connect(file) as database:
            database.execute("update block set data = zeroblob(length(data)) where id = (select min(id) from block)")
        database.close()
        result = feed("verify", str(file), "--json")
        found = json.loads(result.stdout)
        self.assertEqual((result.returncode, found["sound"], found["damaged_rows"]), (1, False, 1))
        self.assertEqual((found["flaws"][0]["table"], found["flaws"][0]["source"]), ("block", "sim"))
        self.assertIn("wrong checksum", found["flaws"][0]["sentence"])
        self.assertRegex(result.stderr.decode(), rf"^belvedere-feed: {file} is damaged: 1 row cannot be used .*\.\n$")
        self.assertIn("What can be read", feed("verify", str(file)).stdout.decode())
        with open(file, "r+b") as half:
            half.truncate(file.stat().st_size // 2)
        result = feed("verify", str(file))
        self.assertEqual(result.returncode, 1)
        self.assertIn("The file itself is damaged", result.stdout.decode())
        self.assert_refused(feed("verify", "/nonexistent/a.bvr"), 1, "/nonexistent/a.bvr")
        self.assert_refused(feed("verify", str(DATA / "dirty_ibnetdiscover.out")), 1, "dirty_ibnetdiscover.out")

    def test_cut(self):
        file, _ = self.record()
        part, bare = self.folder / "part.bvr", self.folder / "bare.bvr"
        result = feed("cut", str(file), "-o", str(part), "--from", "+200ms", "--to", "-200ms")
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assertRegex(result.stdout.decode(), rf"^{part}: .* samples, .*\n$")
        for at in ("begin", "+100ms", "end"):
            time = {"begin": "+200ms", "+100ms": "+300ms", "end": "-200ms"}[at]
            self.assertEqual(feed("state-hash", str(part), "--at", at).stdout, feed("state-hash", str(file), "--at", time).stdout, at)
        self.assertEqual(feed("verify", str(part)).returncode, 0)
        self.assertEqual(feed("cut", str(file), "-o", str(bare), "--redact").returncode, 0)
        self.assertEqual(feed("verify", str(bare)).returncode, 0)
        before, after = (json.loads(feed("inspect", str(f), "--json").stdout) for f in (file, bare))
        for key in ("objects", "links", "ticks", "samples", "time_begin", "time_end"):
            self.assertEqual(before[key], after[key], key)
        self.assertNotEqual(before["hash"], after["hash"])
        self.assertNotEqual(before["name"], after["name"])
        names = {row["object"] for row in self.rows(file, "--to", "begin") if row["class"] != "job"} | {before["name"]}
        bytes_after = bare.read_bytes()
        self.assertEqual([name for name in names if len(name) > 4 and name.encode() in bytes_after], [])
        switch = next(row["object"] for row in self.rows(file, "--metric", "switch", "--to", "begin"))
        small = self.folder / "small.bvr"
        self.assertEqual(feed("cut", str(file), "-o", str(small), "--objects", f"switch:{switch}").returncode, 0)
        self.assertEqual({row["object"] for row in self.rows(small, "--metric", "switch")}, {switch})
        self.assert_refused(feed("cut", str(file), "-o", str(part)), 1, "part.bvr exists")
        self.assert_refused(feed("cut", str(file), "-o", "x.bvr", "--objects", "nothing", cwd=self.folder), 1, "'nothing'")
        self.assert_refused(feed("cut", str(file), "-o", "x.bvr", "--from", "-0s", "--to", "+0s", cwd=self.folder), 2, "--from")
        self.assert_refused(feed("cut", str(file), "-o", "/nonexistent/x.bvr"), 1, "/nonexistent/x.bvr")

    def rows(self, file, *arguments):
        result = feed("export", str(file), *arguments)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return list(csv.DictReader(io.StringIO(result.stdout.decode())))

    def test_export(self):
        file, _ = self.record()
        found = json.loads(feed("inspect", str(file), "--json").stdout)
        rows = self.rows(file)
        self.assertEqual(len(rows), found["samples"])
        self.assertEqual(list(rows[0]), ["time", "source", "class", "object", "metric", "unit", "value"])
        times = [row["time"] for row in rows]
        self.assertEqual((min(times), max(times)), (found["time_begin"], found["time_end"]))
        exact = [(t[:19], t[19:].rstrip("Z").ljust(10, "0")) for t in times]
        self.assertEqual(exact, sorted(exact))
        self.assertIn("", {row["value"] for row in rows})  # no data
        as_json = [json.loads(line) for line in feed("export", str(file), "--format", "jsonl").stdout.splitlines()]
        self.assertEqual(len(as_json), len(rows))
        for text, value in zip(rows, as_json):
            self.assertEqual(None if text["value"] == "" else float(text["value"]), value["value"])
            self.assertEqual([text[key] for key in text if key != "value"], [value[key] for key in value if key != "value"])
        some = self.rows(file, "--metric", "switch.temp_celsius", "--metric", "site.power_watts", "--from", "+100ms", "--to", "+400ms")
        self.assertEqual({(row["class"], row["metric"]) for row in some}, {("switch", "temp_celsius"), ("site", "power_watts")})
        self.assertEqual(some, [row for row in rows if (row["class"], row["metric"]) in
                                (("switch", "temp_celsius"), ("site", "power_watts")) and some[0]["time"] <= row["time"] <= some[-1]["time"]])
        output = self.folder / "out.csv"
        self.assertEqual(feed("export", str(file), "-o", str(output)).stdout, b"")
        self.assertEqual(output.read_bytes(), feed("export", str(file)).stdout)
        jobs = self.rows(file, "--what", "jobs")
        self.assertTrue(jobs and all(job["id"] and job["state"] and job["known"] for job in jobs))
        self.assertEqual(len({job["id"] for job in jobs}), found["jobs"])
        events = self.rows(file, "--what", "events")
        self.assertLessEqual(len(events), found["events"])
        self.assert_refused(feed("export", str(file), "--metric", "gpu.nothing"), 2, "gpu.nothing")
        self.assert_refused(feed("export", str(file), "--metric", "gpu", "--what", "jobs"), 2, "--metric")
        self.assert_refused(feed("export", str(file), "--format", "xml"), 2, "xml")
        self.assert_refused(feed("export", str(file), "-o", "/nonexistent/x"), 1, "/nonexistent/x")
        with open("/dev/full", "w") as full:
            result = subprocess.run([PROGRAM, "export", str(file)], stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE_S)
            self.assertEqual(result.returncode, 1)
            self.assertIn(b"standard output cannot be written: No space left", result.stderr)

    def test_says_a_silence_that_lasts_and_no_other(self):
        """A publisher that stands still for a moment, as on a busy machine, is no news; one that stays away is, and so is its return."""
        endpoint = f"ipc://{self.folder}/publisher"
        simulator = self.start("simulate", "--cluster", "array-512", "--bind", endpoint, "--rate", "20")
        self.assertIn("publishing", simulator.stdout.readline().decode())
        recorder = self.start("record", endpoint, "-o", str(self.folder / "run.bvr"))
        said = [recorder.stderr.readline().decode()]
        for pause_s in (0.6, 4):
            simulator.send_signal(signal.SIGSTOP)
            time.sleep(pause_s)
            simulator.send_signal(signal.SIGCONT)
            time.sleep(1)
        said += [recorder.stderr.readline().decode() for _ in range(2)]
        recorder.send_signal(signal.SIGTERM)
        self.assertEqual(recorder.communicate(timeout=PATIENCE_S), (b"", b""))
        self.assertIn("sim: Nothing heard for", said[1])
        self.assertIn("recording sim from", said[0])
        self.assertEqual(said[2], said[0])

    def test_goes_on_with_a_file_and_says_what_is_missing(self):
        endpoint = self.publish()
        file = self.folder / "run.bvr"
        for _ in range(2):
            recorder = self.start("record", endpoint, "-o", str(file))
            self.assertIn("recording sim", recorder.stderr.readline().decode())
            time.sleep(0.7)
            recorder.send_signal(signal.SIGTERM)
            self.assertEqual(recorder.wait(PATIENCE_S), 0)
            time.sleep(0.3)
        gaps = json.loads(feed("inspect", str(file), "--json").stdout)["gaps"]
        self.assertEqual([(gap["source"], gap["reason"]) for gap in gaps], [("sim", "nobody recorded")])
        found = feed("inspect", str(file)).stdout.decode()
        self.assertIn("nobody recorded", found)

    def test_refuses_what_cannot_be_recorded_into(self):
        endpoint = self.publish()
        (self.folder / "text").write_text("hello, this is no database at all")
        self.assert_refused(feed("record", endpoint, "-o", str(self.folder)), 1, "folder")
        self.assert_refused(feed("record", endpoint, "-o", "/nonexistent/a.bvr"), 1, "/nonexistent")
        self.assert_refused(feed("record", endpoint, "-o", str(self.folder / "text")), 1, "text")
        self.assert_refused(feed("record", "udp://127.0.0.1:1", "-o", str(self.folder / "a.bvr")), 1, "udp")
        file, _ = self.record()
        other = self.start("simulate", "--cluster", "array-512", "--bind", f"ipc://{self.folder}/other")
        self.assertIn("publishing", other.stdout.readline().decode())
        self.assert_refused(feed("record", f"ipc://{self.folder}/other", "-o", str(file)), 1, "another cluster")
        self.assert_refused(feed("inspect", "/nonexistent/a.bvr"), 1, "/nonexistent/a.bvr")


class Relay(Case):
    def start(self, *arguments):
        process = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(Simulate.end, process)
        return process, process.stdout.readline().decode()

    def test_a_proxy_relays_and_ends_on_a_signal(self):
        path, _ = self.import_fixture()
        _, line = self.start("simulate", "--cluster", str(path), "--bind", f"ipc://{self.folder}/publisher")
        self.assertIn("publishing", line)
        proxy, line = self.start("proxy", "--connect", f"ipc://{self.folder}/publisher", "--bind", f"ipc://{self.folder}/proxy")
        self.assertRegex(line, r"^relaying 1 publisher on ipc://")
        proxy.send_signal(signal.SIGTERM)
        out, err = proxy.communicate(timeout=PATIENCE_S)
        self.assertEqual((proxy.returncode, out, err), (0, b"", b""))

    def test_keys(self):
        key = self.folder / "site"
        result = feed("keygen", str(key))
        self.assertEqual(result.returncode, 0, result.stderr)
        public = result.stdout.decode().split()[0]
        self.assertEqual(len(public), 40)
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        self.assertIn(public, (self.folder / "site.pub").read_text())
        self.assert_refused(feed("keygen", str(key)), 1, str(key))  # never overwritten
        path, _ = self.import_fixture()
        simulate = ["simulate", "--cluster", str(path), "--bind", "tcp://0.0.0.0:*", "--duration", "0.5"]
        self.assertEqual(feed(*simulate, "--curve-key", str(key), "--curve-allow", public).returncode, 0)
        self.assert_refused(feed(*simulate, "--curve-key", str(self.folder / "none")), 1, "none")
        self.assertEqual(feed(*simulate, "--curve-allow", public).returncode, 2)  # needs a key


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"
    chosen = sys.argv[4:] or [each.__name__ for each in Case.__subclasses__() if each is not RealScan]
    unittest.main(argv=[sys.argv[0], *chosen], verbosity=2)
