"""A real window on a display of its own, driven by keys and mouse: search a GPU, select it, read its panel, change colour-by."""
import glob
import os
import subprocess
import time

from stage import BELVEDERE, FOLDER, SLOW, Process, check, colors, difference, environment, finish, path, pixels, read_json, start_display, wait_for


display_process, display = start_display("1600x900")
env = environment(DISPLAY=display)
gpu = "gpu3"
left, right, centre = (0.0, 0.06, 0.24, 0.75), (0.72, 0.06, 1.0, 0.75), (0.28, 0.1, 0.68, 0.6)


def xdotool(*words):
    return subprocess.run(["xdotool", *words], capture_output=True, text=True, env=env, timeout=SLOW).stdout.strip()


with display_process, Process([BELVEDERE, "sim:array-512?seed=3", "--size", "1280x720"], env=env) as viewer:
    window = wait_for("a window", lambda: xdotool("search", "--onlyvisible", "--name", "belvedere").split("\n")[0] or
                      (viewer.process.poll() is not None and exit(viewer.output())))

    def snapshot():
        """What is shown now, as pixels and as the state dump that F12 saves beside them."""
        known = set(glob.glob(path("belvedere-*.json")))
        time.sleep(1.1)  # names of dumps carry the second
        xdotool("key", "--window", window, "F12")
        new = wait_for("a dump", lambda: [f for f in glob.glob(path("belvedere-*.json")) if f not in known and os.path.getsize(f) and
                                          os.path.exists(f[:-5] + ".png") and "saved " + os.path.basename(f)[:-5] in viewer.output()])
        return pixels(new[0][:-5] + ".png"), read_json(new[0])

    def until(what, condition):
        """Snapshots until the state satisfies the condition: programs on a busy machine may take a while."""
        end = time.monotonic() + SLOW
        while True:
            picture, state = snapshot()
            if condition(state):
                check(True, what)
                return picture, state
            if time.monotonic() > end:
                raise SystemExit(f"FAILED: {what}\n{state}")

    picture, state = until("the window shows a complete cluster", lambda s: s["time"]["complete"] and s["counts"]["gpu"]["unknown"] == 0)
    check(picture[:2] == (1280, 720) and colors(picture) > 500, f"the picture is not blank ({colors(picture)} colours)")
    check(state["selection"] is None and state["time"]["live"], "nothing is selected, the state is live")

    # Search by typing, take the first hit.
    xdotool("key", "--window", window, "slash")
    time.sleep(0.5)
    xdotool("type", "--window", window, "--delay", "80", "n4/" + gpu)
    found, state = until("the search has hits", lambda s: len(s["search"]["hits"]) > 0)
    xdotool("key", "--window", window, "Return")
    selected, state = until("a GPU is selected", lambda s: s["selection"] and s["selection"]["class"] == "gpu")
    check(state["selection"]["path"].lower().endswith(gpu), f"it is the one that was searched ({state['selection']['path']})")
    metrics = state["selection"]["metrics"]
    check(metrics["temp_celsius"]["unit"] == "°C" and 20 < metrics["temp_celsius"]["value"] < 100, f"its panel reads a temperature ({metrics['temp_celsius']})")
    check(metrics["power_watts"]["text"].endswith("W"), "and a power in watts")
    check(difference(picture, selected, *right) > 0.01, "the inspector has changed")
    check(difference(picture, selected, *centre) > 0.05, "the camera has gone there")

    # The ways from this GPU to the one that is selected next.
    xdotool("key", "--window", window, "y")
    xdotool("key", "--window", window, "slash")
    time.sleep(0.5)
    xdotool("type", "--window", window, "--delay", "80", "r7-n2/" + gpu)
    until("the search has hits again", lambda s: len(s["search"]["hits"]) > 0 and "R7-N2" in s["search"]["hits"][0])
    xdotool("key", "--window", window, "Return")
    routed, state = until("the way between both is shown", lambda s: s["routes"] is not None)
    check(state["routes"]["hops"] == 2 and state["routes"]["paths"] == 1, f"two GPUs on one rail of an array are one leaf apart ({state['routes']})")
    xdotool("key", "--window", window, "Escape")
    selected, state = until("Esc shows no ways any more", lambda s: s["routes"] is None and s["selection"])
    check(difference(routed, selected, *right) > 0.001, "the inspector says nothing of ways any more")

    # Colour by another metric, then by health.
    xdotool("key", "--window", window, "c")
    recolored, state = until("another metric colours the hall", lambda s: s["color"]["metric"] != "tensor_active_ratio")
    check(difference(selected, recolored, *centre) > 0.01, "the hall has other colours")
    xdotool("key", "--window", window, "h")
    _, state = until("health colours the hall", lambda s: s["color"]["by"] == "health")

    # Esc selects nothing, a click into the hall selects something again.
    xdotool("key", "--window", window, "Escape")
    until("nothing is selected", lambda s: s["selection"] is None)
    xdotool("mousemove", "--window", window, "620", "330")
    time.sleep(0.5)
    xdotool("click", "1")
    until("a click selects what is under the pointer", lambda s: s["selection"] is not None)

    xdotool("key", "--window", window, "1")
    time.sleep(2)
    xdotool("key", "--window", window, "Tab")
    bare, state = until("the panels are hidden", lambda s: s["panels"]["hidden"])
    check(difference(picture, bare, *left) > 0.02, "where the events were there is the hall")

    xdotool("windowsize", window, "1000", "640")
    resized, state = until("the window has its new size", lambda s: True)
    check(resized[:2] == (1000, 640), f"the picture follows the window's size ({resized[:2]})")

    xdotool("key", "--window", window, "ctrl+q")
    code = wait_for("the end", lambda: viewer.process.poll() is not None and [viewer.process.returncode])[0]
    check(code == 0, f"it ends with code 0 ({code})")
    check("alidation" not in viewer.output(), f"the validation layers were silent ({viewer.output()[-500:]})")


display_process, display = start_display("1280x800")
with display_process:
    env = environment(DISPLAY=display)
    with Process([BELVEDERE, "sim:array-512", "--dump-state", path("end.json")], env=env) as viewer:
        # The window is named for its cluster once that is known, which is what the state at the end shall tell.
        wait_for("a window with a cluster", lambda: xdotool("search", "--onlyvisible", "--name", " – belvedere") or
                 (viewer.process.poll() is not None and exit(viewer.output())))
        code = viewer.stop()
        check(code == 0, f"a signal to end closes the window in order (code {code}, {viewer.output()[-500:]})")
        check(read_json(path("end.json"))["cluster"]["name"] == "array-512", "and the state is still written")
    # However early it comes, it ends the program in order.
    with Process([BELVEDERE, "sim:array-512", "--dump-state", path("early.json")], env=env) as viewer:
        wait_for("a window", lambda: xdotool("search", "--name", "belvedere") or
                 (viewer.process.poll() is not None and exit(viewer.output())))
        code = viewer.stop()
        check(code == 0 and os.path.exists(path("early.json")), f"a signal during the start closes it in order too (code {code})")
finish()
