"""Pictures and films without a window: the same options give the same bytes, other options other pictures."""
import json
import os
import subprocess

from stage import check, colors, difference, finish, path, pixels, read_json, run


def picture(name, *words, at="+20s"):
    result = run("sim:array-512?seed=3", "--headless", "--size", "960x540", "--at", at, "--output", path(name), *words)
    check(result.returncode == 0 and result.stderr == "", f"{name}: drawn without a word ({result.stderr.strip()})")
    return pixels(path(name))


first = picture("a.png", "--dump-state", path("a.json"))
picture("b.png")
with open(path("a.png"), "rb") as a, open(path("b.png"), "rb") as b:
    check(a.read() == b.read(), "the same options give the same bytes")
check(first[:2] == (960, 540) and colors(first) > 300, f"the picture is {first[0]}x{first[1]} and not blank ({colors(first)} colours)")
state = read_json(path("a.json"))
check(state["cluster"]["name"] == "array-512" and state["counts"]["gpu"]["unknown"] == 0, "the state dump knows every GPU")

hall = (0.3, 0.15, 0.7, 0.75)  # of the picture: the middle, without panels
for name, words in (("aisle.png", ("--camera", "hall:1")), ("rack.png", ("--camera", "rack:0")), ("light.png", ("--theme", "light")),
                    ("memory.png", ("--color-by", "memory_used_bytes"))):
    share = difference(first, picture(name, *words), *hall)
    check(share > 0.01, f"{name} differs from the overview where it should ({share:.1%})")
check(difference(first, picture("later.png", at="+45s"), *hall) > 0, "another moment is another picture")
bare = picture("bare.png", "--hide-panels", "--camera", "rack:0")
check(difference(bare, picture("boxes.png", "--hide-panels", "--camera", "rack:0", "--lod", "off"), *hall) < 0.5, "all boxes look much like the levels of detail")

for words, about in ((("--select", "nobody"), "nobody"), (("--camera", "rack:9999"), "rack:9999"), (("--color-by", "beauty"), "beauty"),
                     (("--filter", "temp_celsius >"), "at "), (("--at", "teatime"), "--at")):
    result = run("sim:array-512", "--headless", "--output", path("no.png"), *words)
    check(result.returncode == 1 and about in result.stderr and len(result.stderr.splitlines()) == 1 and not os.path.exists(path("no.png")),
          f"{words[0]} {words[1]} is refused in one sentence ({result.stderr.strip()})")

result = run("sim:array-512", "--headless", "--size", "640x360", "--output", path("film.mp4"), "--duration", "1", "--fps", "10")
check(result.returncode == 0 and "10/10 frames" in result.stderr, "a film is made, with progress")
probe = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=width,height,nb_read_frames", "-of", "csv=p=0",
                        path("film.mp4")], capture_output=True, text=True).stdout.strip()
check(probe == "640,360,10", f"the film has its ten frames ({probe})")

for words, keys in ((("render", "--frames", "5"), "frame_ms_p50 frame_ms_p99 triangles draw_calls gpus rss_bytes driver size"),
                    (("start",), "first_picture_ms rss_bytes"), (("image-error",), "mean_difference p99_difference pixels_over_8_share")):
    result = run("bench", *words, "--source", "sim:array-512", "--size", "640x360", "--json")
    figures = json.loads(result.stdout) if result.returncode == 0 else {}
    check(all(key in figures for key in keys.split()) and len(result.stdout.splitlines()) == 1, f"bench {words[0]} gives its figures ({result.stderr.strip()})")

# The bounds of docs/operating.md: what levels of detail may change in a picture.
for camera in ("overview", "hall:2", "rack:100"):
    result = run("bench", "image-error", "--source", "sim:reference-100k", "--quality", "lean", "--size", "1280x720", "--camera", camera, "--json")
    figures = json.loads(result.stdout) if result.returncode == 0 else {}
    mean, share = figures.get("mean_difference", 255), figures.get("pixels_over_8_share", 1)
    check(figures.get("gpus", 0) > 100_000 and mean <= 5 and share <= 0.15,
          f"levels of detail change {camera} by {mean} of 255 in the mean and {share:.1%} of its pixels by more than 8 ({result.stderr.strip()})")
finish()
