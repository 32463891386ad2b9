"""A real window on a display of its own, driven by keys and mouse: search a GPU, select it, read its panel, change colour-by."""
import os
import time

from stage import BELVEDERE, Process, Window, check, colors, difference, environment, finish, path, read_json, start_display, wait_for

display_process, display = start_display("1600x900")
env = environment(DISPLAY=display)
gpu = "gpu3"
left, right, centre = (0.0, 0.06, 0.24, 0.75), (0.72, 0.06, 1.0, 0.75), (0.28, 0.1, 0.68, 0.6)


with display_process, Process([BELVEDERE, "sim:array-512?seed=3", "--size", "1280x720"], env=env) as viewer:
    window = Window(viewer, display)
    picture, state = window.until("the window shows a complete cluster", lambda s: s["time"]["complete"] and s["counts"]["gpu"]["unknown"] == 0)
    check(picture[:2] == (1280, 720) and colors(picture) > 500, f"the picture is not blank ({colors(picture)} colours)")
    check(state["selection"] is None and state["time"]["live"], "nothing is selected, the state is live")

    # Search by typing, take the first hit.
    window.key("slash")
    time.sleep(0.5)
    window.type("n4/" + gpu)
    found, state = window.until("the search has hits", lambda s: len(s["search"]["hits"]) > 0)
    window.key("Return")
    selected, state = window.until("a GPU is selected", lambda s: s["selection"] and s["selection"]["class"] == "gpu")
    check(state["selection"]["path"].lower().endswith(gpu), f"it is the one that was searched ({state['selection']['path']})")
    metrics = state["selection"]["metrics"]
    check(metrics["temp_celsius"]["unit"] == "°C" and 20 < metrics["temp_celsius"]["value"] < 100, f"its panel reads a temperature ({metrics['temp_celsius']})")
    check(metrics["power_watts"]["text"].endswith("W"), "and a power in watts")
    check(difference(picture, selected, *right) > 0.01, "the inspector has changed")
    check(difference(picture, selected, *centre) > 0.05, "the camera has gone there")

    # The ways from this GPU to the one that is selected next.
    window.key("y")
    window.key("slash")
    time.sleep(0.5)
    window.type("r7-n2/" + gpu)
    window.until("the search has hits again", lambda s: len(s["search"]["hits"]) > 0 and "R7-N2" in s["search"]["hits"][0])
    window.key("Return")
    routed, state = window.until("the way between both is shown", lambda s: s["routes"] is not None)
    check(state["routes"]["hops"] == 2 and state["routes"]["paths"] == 1, f"two GPUs on one rail of an array are one leaf apart ({state['routes']})")
    window.key("Escape")
    selected, state = window.until("Esc shows no ways any more", lambda s: s["routes"] is None and s["selection"])
    check(difference(routed, selected, *right) > 0.001, "the inspector says nothing of ways any more")

    # Colour by another metric, then by health.
    window.key("c")
    recolored, state = window.until("another metric colours the hall", lambda s: s["color"]["metric"] != "tensor_active_ratio")
    check(difference(selected, recolored, *centre) > 0.01, "the hall has other colours")
    window.key("h")
    _, state = window.until("health colours the hall", lambda s: s["color"]["by"] == "health")

    # Esc selects nothing, a click into the hall selects something again.
    window.key("Escape")
    window.until("nothing is selected", lambda s: s["selection"] is None)
    window.click(620, 330)
    window.until("a click selects what is under the pointer", lambda s: s["selection"] is not None)

    # The ranks over the hall: dragging over their cells brushes them, Esc ends that, then closes the view.
    window.key("F2")
    _, state = window.until("the views lie over the hall", lambda s: s["fabric"] and s["fabric"]["tab"] == "matrix")
    hall = state["viewport"]
    x, y = int(hall["x"] + 16), int(hall["y"] + hall["height"] - 16 - max(300, hall["height"] // 2))
    window.click(x + 323, y + 20)
    window.until("a click on its tab shows the ranks", lambda s: s["fabric"]["tab"] == "ranks" and s["fabric"].get("ranks", 0) > 0)
    window.xdotool("mousemove", "--window", window.id, str(x + 70), str(y + 106))
    time.sleep(0.5)
    window.xdotool("mousedown", "1")
    for step in (10, 40, 70):
        window.xdotool("mousemove", "--window", window.id, str(x + 70 + step), str(y + 106 + step // 10))
        time.sleep(0.5)
    window.xdotool("mouseup", "1")
    brushed, state = window.until("a drag over cells brushes their ranks", lambda s: s["brush"] is not None)
    check(state["brush"]["objects"] > 8, f"several cells of them ({state['brush']})")
    window.key("Escape")
    lit, state = window.until("Esc ends the brush", lambda s: s["brush"] is None and s["fabric"] is not None)
    check(difference(brushed, lit, 0.28, 0.06, 0.68, 0.35) > 0.01, "the hall had been dimmed")
    window.key("Escape")
    window.until("Esc closes the view", lambda s: s["fabric"] is None)

    window.key("1")
    time.sleep(2)
    window.key("Tab")
    bare, state = window.until("the panels are hidden", lambda s: s["panels"]["hidden"])
    check(difference(picture, bare, *left) > 0.02, "where the events were there is the hall")

    window.xdotool("windowsize", window.id, "1000", "640")
    resized, state = window.until("the window has its new size", lambda s: True)
    check(resized[:2] == (1000, 640), f"the picture follows the window's size ({resized[:2]})")

    window.key("ctrl+q")
    code = wait_for("the end", lambda: viewer.process.poll() is not None and [viewer.process.returncode])[0]
    check(code == 0, f"it ends with code 0 ({code})")
    check("alidation" not in viewer.output(), f"the validation layers were silent ({viewer.output()[-500:]})")


display_process, display = start_display("1280x800")
with display_process:
    env = environment(DISPLAY=display)
    with Process([BELVEDERE, "sim:array-512", "--dump-state", path("end.json")], env=env) as viewer:
        # The window is named for its cluster once that is known, which is what the state at the end shall tell.
        Window(viewer, display, " – belvedere")
        code = viewer.stop()
        check(code == 0, f"a signal to end closes the window in order (code {code}, {viewer.output()[-500:]})")
        check(read_json(path("end.json"))["cluster"]["name"] == "array-512", "and the state is still written")
    # However early it comes, it ends the program in order.
    with Process([BELVEDERE, "sim:array-512", "--dump-state", path("early.json")], env=env) as viewer:
        Window(viewer, display, visible=False)
        code = viewer.stop()
        check(code == 0 and os.path.exists(path("early.json")), f"a signal during the start closes it in order too (code {code})")
finish()
