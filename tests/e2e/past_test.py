"""The past out of a recording, without a window: plots, links that open the same picture elsewhere, two times compared."""
import os
import shutil
import time

from stage import (FEED, Process, check, colors, difference, finish, free_port_pair, pane, path, pixels, read_json, run,
                   wait_for)

RECORDING = path("site.bvr")


def record(seconds):
    endpoint = f"tcp://127.0.0.1:{free_port_pair()}"
    with Process([FEED, "simulate", "--cluster", "array-512", "--bind", endpoint, "--rate", "5"]):
        with Process([FEED, "record", endpoint, "-o", RECORDING]):
            wait_for("the recording", lambda: os.path.exists(RECORDING) and os.path.getsize(RECORDING) > 200_000)
            time.sleep(seconds)


def picture(name, *words):
    done = run(*words, "--headless", "--size", "1280x720", "--output", path(f"{name}.png"), "--dump-state",
               path(f"{name}.json"))
    check(done.returncode == 0, f"{name}: {done.stderr.strip() or 'a picture'}")
    return read_json(path(f"{name}.json"))


def bytes_of(name):
    with open(path(f"{name}.png"), "rb") as file:
        return file.read()


def refused(words, part, what):
    done = run(*words, "--headless", "--output", path("refused.png"))
    lines = done.stderr.strip().splitlines()
    check(done.returncode == 1 and len(lines) == 1 and part in lines[0], f"{what}: {done.stderr.strip()}")


record(6)
state = picture("plots", RECORDING, "--select", "rack:2", "--plot", "power_watts,gpu.temp_celsius")
history = state["plots"]
check(history["complete"] and not history["problem"], f"plots are read before the picture, in {history['took_ms']:.0f} ms")
check([line["class"] for line in history["lines"]] == ["rack", "gpu"], "a rack is plotted beside its GPUs")
check(all(line["columns_with_data"] > 0 and line["least"] < line["greatest"] for line in history["lines"]),
      "both have values")
plain = picture("plain", RECORDING, "--select", "rack:2")
check(difference(pixels(path("plots.png")), pixels(path("plain.png")), 0.3, 0.5, 0.68, 0.78) > 0.2,
      "the plots lie over the hall")
check(plain["plots"] is None and plain["compare"] is None and plain["bookmarks"] == [], "without, nothing is over it")

state = picture("changed", RECORDING, "--compare", "+1s", "--color-by", "power_watts", "--camera", "rack:2")
compared = state["compare"]
check(compared["mode"] == "difference" and compared["compared"] == 512, "every GPU is compared with five seconds before")
changes = [abs(one["change"]) for one in compared["largest"]]
check(changes and changes == sorted(changes, reverse=True), "the largest changes come first")
check(all(abs(one["now"] - one["then"] - one["change"]) < 0.01 for one in compared["largest"]),
      "a change is the value now less the value then")
picture("values", RECORDING, "--color-by", "power_watts", "--camera", "rack:2")
check(difference(pixels(path("changed.png")), pixels(path("values.png")), 0.3, 0.2, 0.68, 0.78) > 0.05,
      "differences have colours of their own")
swiped = picture("swiped", RECORDING, "--compare", "+1s", "--compare-as", "swipe", "--color-by", "power_watts",
                 "--camera", "rack:2")
check(swiped["compare"]["mode"] == "swipe" and colors(pixels(path("swiped.png"))) > 50, "two times stand side by side")

# Two pictures beside each other: each half shows its own time, whatever the other half shows.
split = {}
for name, at, since in (("split", "+5s", "+1s"), ("split-then", "+1s", "+1s"), ("split-now", "+5s", "+5s")):
    state = picture(name, RECORDING, "--at", at, "--compare", since, "--compare-as", "split", "--color-by", "power_watts",
                    "--camera", "rack:2")
    check(state["compare"]["mode"] == "split" and [p["time"] for p in state["panes"]] == ["then", "now"], "two times have a half each")
    # Below the panel of the comparison, above the legend.
    split[name] = {side: pane(pixels(path(f"{name}.png")), state, side, top=0.45, bottom=0.65) for side in ("then", "now")}
check(split["split"]["then"] == split["split-then"]["then"], "the left half is the picture of the other time")
check(split["split"]["now"] == split["split-now"]["now"], "the right half is that of the cursor's")
check(split["split"]["then"] != split["split"]["now"], "which are not the same")


def furthest(a, b):
    return max(abs(x - y) for row, other in zip(a, b) for x, y in zip(row, other))


# Where a pixel lies in the target decides its last bit.
check(max(furthest(*split[name].values()) for name in ("split-then", "split-now")) <= 2, "one time looks the same in both halves")
check(furthest(*split["split"].values()) > 2, "and another does not")
picture("split-hidden", RECORDING, "--hide-panels", "--compare", "+1s", "--compare-as", "split", "--theme", "light")

os.mkdir(path("elsewhere"))
copy = shutil.copy(RECORDING, path("elsewhere"))
for name in ("changed", "swiped", "split"):
    link = read_json(path(f"{name}.json"))["link"]
    again = picture(f"{name}-again", copy, link)
    check(again["link"] == link and again["time"] == read_json(path(f"{name}.json"))["time"],
          "a link among the sources opens its view on a copy")
    check(bytes_of(name) == bytes_of(f"{name}-again"), f"it is the same picture, byte for byte ({name})")
cluster = state["cluster"]["hash"]
refused([RECORDING, link.replace(cluster, "0123456789abcdef")], "another cluster", "a link to another cluster is refused")
refused([RECORDING, "--link", "belvedere://view?select=gpu.9999"], "has no gpu 9999", "so is one to what is not there")
refused([RECORDING, "--link", "belvedere://view?time=soon"], "'soon'", "and one that says what cannot be")
refused([RECORDING, "--compare", "2031-01-01T00:00:00Z"], "--compare", "a time that is not recorded is refused")
refused(["sim:array-512", "--compare", "+5s"], "recording", "without a recording nothing is compared")
finish()
