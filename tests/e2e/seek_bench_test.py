#!/usr/bin/env python3
"""`belvedere bench seek` of a short recording says all that it promises."""
import json
import time

from stage import FEED, Process, check, finish, path, run, wait_for

endpoint, file = f"ipc://{path('publisher')}", path("run.bvr")
with Process([FEED, "simulate", "--cluster", "array-512", "--bind", endpoint, "--rate", "20"]) as simulator:
    wait_for("publishing", lambda: "publishing" in simulator.output())
    with Process([FEED, "record", endpoint, "-o", file]) as recorder:
        wait_for("recording", lambda: "recording sim" in recorder.output())
        time.sleep(3)
result = run("bench", "seek", "--source", file, "--frames", "20", "--json")
check(result.returncode == 0, f"bench seek {result.stderr}")
figures = json.loads(result.stdout)
for key in ("seek_ms_p50", "seek_ms_p99", "open_ms", "bytes_per_sample", "zstd_ms_p99", "rss_bytes", "history_1h_ms", "history_24h_ms"):
    check(figures[key] > 0, f"{key} {figures[key]}")
check(figures["seeks"] == 20 and figures["gpus"] == 512, "20 seeks in a recording of 512 GPUs")
finish()
