"""A wall display: full screen, no pointer, cameras in a loop; when its source dies the whole window says that it is not live, and
when the source is back it goes on by itself. And a tour as a film."""
import glob
import os
import subprocess
import time

from stage import BELVEDERE, FEED, FOLDER, SLOW, Process, check, colors, environment, finish, path, pixels, read_json, run, start_display, wait_for

SIZE = (1280, 720)
display_process, display = start_display("%dx%d" % SIZE)
env = environment(DISPLAY=display)


def xdotool(*words):
    return subprocess.run(["xdotool", *words], capture_output=True, text=True, env=env, timeout=SLOW).stdout.strip()


def simulator():
    return Process([FEED, "simulate", "--cluster", "array-512", "--bind", f"ipc://{path('feed')}", "--rate", "2"], env=env)


with display_process, Process([BELVEDERE, f"ipc://{path('feed')}", "--wall", "--no-history", "--dump-state", path("end.json")], env=env) as viewer:
    publisher = simulator()
    window = wait_for("a window with a cluster", lambda: xdotool("search", "--onlyvisible", "--name", " – belvedere").split("\n")[0] or
                      (viewer.process.poll() is not None and exit(viewer.output())))

    def snapshot():
        known = set(glob.glob(path("belvedere-*.json")))
        time.sleep(1.1)  # names of dumps carry the second
        xdotool("key", "--window", window, "F12")
        new = wait_for("a dump", lambda: [f for f in glob.glob(path("belvedere-*.json")) if f not in known and
                                          "saved " + os.path.basename(f)[:-5] in viewer.output()])
        return pixels(new[0][:-5] + ".png"), read_json(new[0])

    def until(what, condition):
        end = time.monotonic() + SLOW
        while True:
            picture, state = snapshot()
            if condition(state):
                check(True, what)
                return picture, state
            if time.monotonic() > end:
                raise SystemExit(f"FAILED: {what}\n{state}")

    def edge_brightness(picture):
        """Mean of the outermost pixels of the left side."""
        width, height, raw = picture
        return sum(raw[3 * (y * width + 2)] for y in range(height)) / height

    live, state = until("the wall shows a complete cluster", lambda s: s["time"]["complete"] and s["counts"]["gpu"]["unknown"] == 0)
    check(live[:2] == SIZE, f"it fills the screen ({live[:2]})")
    check(colors(live) > 300, "it is not blank")
    first = state["tour"]
    check(first["touring"] and first["progress"] >= 0, f"a tour goes on ({first})")
    check(state["panels"]["bar_only"], "of the panels it shows the bar above")
    _, state = until("the tour moves on", lambda s: s["tour"]["progress"] != first["progress"])
    check(not state["time"]["silent"] and edge_brightness(live) < 60, "while it is live there is no frame")

    publisher.stop(kill=True)
    dead, state = until("the silence is known", lambda s: s["time"]["silent"])
    check(edge_brightness(dead) > 120, f"the window's edge says that it is not live ({edge_brightness(dead):.0f} of 255)")

    publisher = simulator()
    alive, state = until("the wall is live again by itself", lambda s: not s["time"]["silent"] and s["counts"]["gpu"]["unknown"] == 0)
    check(edge_brightness(alive) < 60, "and the frame is gone")
    publisher.stop()
    check(viewer.stop() == 0, f"a signal ends it in order ({viewer.output()[-500:]})")
    check("alidation" not in viewer.output(), f"the validation layers were silent ({viewer.output()[-500:]})")

with open(path("short.toml"), "w") as file:
    file.write('format = 1\nsource = "sim:array-512"\n[[scene]]\nseconds = 1\ncamera = "overview"\ntitle = "Hello"\n'
               '[[scene]]\nseconds = 1\ncamera = "rack:1"\nselect = "rack:1"\npanels = true\n')
film = run("--headless", "--camera", "tour:" + path("short.toml"), "--output", path("tour.mp4"), "--size", "640x360", "--fps", "5")
check(film.returncode == 0, f"a tour is filmed ({film.stderr[-300:]})")
length = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path("tour.mp4")], capture_output=True, text=True)
check(abs(float(length.stdout) - 2) < 0.3, f"as long as it is ({length.stdout.strip()} s)")
first = run("--headless", "--camera", "tour:" + path("short.toml"), "--tour-at", "1.5", "--output", path("a.png"), "--size", "640x360")
again = run("--headless", "--camera", "tour:" + path("short.toml"), "--tour-at", "1.5", "--output", path("b.png"), "--size", "640x360")
with open(path("a.png"), "rb") as a, open(path("b.png"), "rb") as b:
    check(first.returncode == again.returncode == 0 and a.read() == b.read(), "the same second gives the same picture")
wrong = run("--headless", "--camera", "tour:nowhere", "--output", path("c.png"))
check(wrong.returncode == 1 and "stakeholders" in wrong.stderr and wrong.stderr.count("\n") == 1, f"an unknown tour is one sentence ({wrong.stderr})")
finish()
