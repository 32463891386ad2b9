"""Time in the viewer: a window goes back while telemetry comes in and says so across the screen, scrubbing disturbs no recording,
a recording gives the same picture however its time is named, and a history that cannot be written is said and nothing else."""
import os
import subprocess
import time

from stage import (BELVEDERE, FEED, SLOW, Process, Window, check, environment, finish, free_port_pair, pane, path, pixels, read_json, run,
                   start_display, wait_for)

SCRUB_SECONDS = float(os.environ.get("BELVEDERE_SCRUB_SECONDS", "8"))
port = free_port_pair()
endpoint = f"tcp://127.0.0.1:{port}"


def inspect(file):
    import json
    result = subprocess.run([FEED, "inspect", file, "--json"], capture_output=True, text=True, timeout=SLOW)
    check(result.returncode == 0, f"{os.path.basename(file)} can be inspected ({result.stderr.strip()})")
    return json.loads(result.stdout)


def edge_is_paper(picture):
    """The frame of another time: bright pixels all around the window."""
    width, height, raw = picture
    points = [(x, 2) for x in range(10, width, 97)] + [(x, height - 3) for x in range(10, width, 97)]
    points += [(2, y) for y in range(10, height, 61)] + [(width - 3, y) for y in range(10, height, 61)]
    return sum(min(raw[3 * (y * width + x):3 * (y * width + x) + 3]) > 200 for x, y in points) / len(points)


display_process, display = start_display("1300x740")
env = environment(DISPLAY=display)
history = path("history.bvr")


with display_process, Process([FEED, "simulate", "--cluster", "array-512", "--bind", endpoint, "--seed", "3", "--rate", "10"]), \
        Process([BELVEDERE, endpoint, "--size", "1280x720", "--history", history, "--dump-state", path("end.json")], env=env) as viewer:
    window = Window(viewer, display, " – belvedere")
    picture, state = window.until("a history is recorded beside live telemetry",
                           lambda s: s["time"]["live"] and s["history"]["end_ns"] - s["history"]["begin_ns"] > 5e9)
    check(edge_is_paper(picture) < 0.2, "nothing says that it is not live")
    check(state["history"]["problem"] == "" and state["history"]["path"] == history, "the history has no problem and lies where it was asked for")

    window.key("Left")
    picture, state = window.until("Left goes one tick back", lambda s: s["time"]["mode"] == "rewound")
    check(not state["time"]["live"] and state["time"]["behind_seconds"] > 0, f"the dump says that it is not live ({state['time']})")
    check(edge_is_paper(picture) > 0.98, "a frame in no severity's colour goes around the window")
    stood = state["time"]["cursor_ns"]
    picture, state = window.until("ingest goes on meanwhile", lambda s: s["history"]["end_ns"] > stood + 3e9)
    check(state["time"]["cursor_ns"] == stood, "and the picture stands where it was stopped")

    window.key("End")
    picture, state = window.until("End goes back to live", lambda s: s["time"]["live"] and s["time"]["mode"] == "live")
    check(edge_is_paper(picture) < 0.2, "the frame is gone")

    # A time that is typed.
    window.key("ctrl+g")
    time.sleep(1)
    window.type("+2s")
    time.sleep(1)
    window.key("Return")
    _, state = window.until("Ctrl+G goes to a time", lambda s: s["time"]["mode"] == "rewound")
    check(abs(state["time"]["cursor_ns"] - state["history"]["begin_ns"] - 2e9) < 1, "to the one that was typed")
    window.key("End")
    window.until("and End comes back", lambda s: s["time"]["live"])

    # Another time beside the newest: two pictures by the same camera, and a pointer that means the same thing in both.
    window.key("4")
    for _ in range(3):
        window.key("shift+v")
        time.sleep(0.5)
    picture, state = window.until("Shift+V comes to the split", lambda s: s["compare"] and s["compare"]["mode"] == "split" and
                                  s["compare"]["shown_ns"] and not s["camera"]["moving"])
    then, now = state["panes"]
    check((then["time"], now["time"]) == ("then", "now") and then["width"] == now["width"] and now["x"] >= then["x"] + then["width"],
          f"then is at the left, now as large at the right ({state['panes']})")
    check(min(len(set(pane(picture, state, time_of, top=0.5, bottom=0.7))) for time_of in ("then", "now")) > 20, "both are drawn")
    spot = {"x": 0.5 * then["width"], "y": 0.55 * then["height"]}

    def selected_at(place, aside):
        window.click(place["x"] + spot["x"] + aside, place["y"] + spot["y"])
        return window.snapshot()[1]["selection"]

    first, other, again = selected_at(then, 0), selected_at(now, 40), selected_at(now, 0)
    check(first and other and again and first["path"] == again["path"] != other["path"],
          f"a click selects the same in both halves ({first and first['path']}, {other and other['path']}, {again and again['path']})")
    window.key("v")
    _, state = window.until("V ends the comparison", lambda s: s["compare"] is None and len(s["panes"]) == 1)

    # Drag along the timeline, all the time.
    end = time.monotonic() + SCRUB_SECONDS
    scrubbed = 0
    while time.monotonic() < end:
        window.xdotool("mousemove", "--window", window.id, "1200", "640", "mousedown", "1")
        for i in range(40):
            window.xdotool("mousemove", "--window", window.id, str(1200 - (i % 20) * 8), "640")
            scrubbed += 1
        window.xdotool("mouseup", "1")
    picture, state = window.until("a drag on the timeline goes back", lambda s: s["time"]["mode"] == "rewound")
    check(edge_is_paper(picture) > 0.98, "and says so")
    check(state["history"]["lost_ticks"] == 0, f"no tick was lost while it was scrubbed {scrubbed} times")
    window.key("space")
    window.until("Space plays", lambda s: s["time"]["playing"] or s["time"]["live"])
    window.key("End")
    _, state = window.until("and End is live again", lambda s: s["time"]["live"])
    check(all(source["gaps"] == 0 for source in state["sources"]), f"no sequence was dropped ({state['sources']})")
    code = viewer.stop()
    check(code == 0 and "alidation" not in viewer.output(), f"it ends in order, the validation layers were silent (code {code}, {viewer.output()[-500:]})")

found = inspect(history)
check(found["gaps"] == [], f"the history has no gap ({found['gaps']})")
source = found["sources"][0]
expected = round(found["duration_seconds"] * 10) + 1
check(abs(source["ticks"] - expected) <= 1, f"it holds every tick ({source['ticks']} of {expected})")

# The same time by three names is the same picture; another time is another.
begin, length = found["time_begin"], found["duration_seconds"]
for name, at in (("a", "+4s"), ("b", f"-{length - 4:.3f}s"), ("c", "+4000ms"), ("d", "+2s")):
    result = run(history, "--headless", "--output", path(name + ".png"), "--size", "1280x720", "--at", at, "--dump-state", path(name + ".json"))
    check(result.returncode == 0, f"a picture of the recording at {at} ({result.stderr.strip()})")
pictures = [open(path(name + ".png"), "rb").read() for name in "abcd"]
check(pictures[0] == pictures[1] == pictures[2], "is the same however the time is named")
check(pictures[0] != pictures[3], "and another at another time")
state = read_json(path("a.json"))
check(state["time"]["mode"] == "replay" and not state["time"]["live"], "the dump says that it is a replay")
check(edge_is_paper(pixels(path("a.png"))) > 0.98, "and the picture too")
result = run(history, "--headless", "--output", path("film.mp4"), "--size", "640x360", "--duration", "1", "--fps", "5", "--speed", "4")
check(result.returncode == 0 and os.path.getsize(path("film.mp4")) > 1000, f"a recording can be filmed ({result.stderr.strip()[-200:]})")

# What cannot be written is said; the live view goes on.
display_process, display = start_display("1000x700")
env = environment(DISPLAY=display)


def live_without_history(place, about, seconds=SLOW):
    dump = path("problem.json")
    if os.path.exists(dump):
        os.remove(dump)
    with Process([BELVEDERE, "sim:array-512?speed=20", "--size", "1000x640", "--history", place, "--dump-state", dump], env=env) as viewer:
        wait_for(f"a sentence about {about}", lambda: about in viewer.output(), seconds)
        time.sleep(2)
        viewer.stop()
        state = read_json(dump)
        check(about in state["history"]["problem"], f"the dump says it ({state['history']['problem']})")
        check(state["time"]["live"] and state["counts"]["gpu"]["unknown"] == 0, "the live view goes on")


with display_process:
    live_without_history("/proc/belvedere.bvr", "cannot be written")
    small = path("small")
    os.mkdir(small)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "none", small], capture_output=True, text=True)
    if mounted.returncode != 0:
        print(f"skipped: a full disk ({mounted.stderr.strip()})")
    else:
        try:
            live_without_history(os.path.join(small, "full.bvr"), "full")
        finally:
            subprocess.run(["umount", "-l", small])
finish()
