"""The fabric and the ranks beside the hall, without a window: no view is blank, a link that goes down changes its cell, a brush dims."""
from stage import check, colors, difference, finish, path, pixels, read_json, run


def picture(name, *words, source="sim:nvl72-8k?seed=3", size="1280x720", at="+20s"):
    result = run(source, "--headless", "--size", size, "--at", at, "--output", path(name + ".png"), "--dump-state", path(name + ".json"), *words)
    check(result.returncode == 0 and result.stderr == "", f"{name}: drawn without a word ({result.stderr.strip()})")
    return pixels(path(name + ".png")), read_json(path(name + ".json"))


panel = (0.27, 0.42, 0.68, 0.76)  # of the picture: where the views lie
plain, state = picture("plain")
check(state["fabric"] is None and state["brush"] is None and not state["panels"]["fabric"], "without, nothing lies over the hall")
for view in ("matrix", "tree", "ranks"):
    shown, state = picture(view, "--views", view)
    check(state["fabric"]["tab"] == view and state["panels"]["fabric"], f"the dump knows that {view} is open")
    check(colors(shown) > 100 and difference(plain, shown, *panel) > 0.3, f"{view} lies over the hall and is not blank")

matrix = read_json(path("matrix.json"))["fabric"]
check(matrix["rows"] * matrix["columns"] == sum(matrix["cells"].values()) and matrix["links"] == 112 * 72,
      f"every leaf meets every spine in a cell ({matrix})")
check(matrix["row_step"] == 2 and matrix["column_step"] == 1 and matrix["dimmed"] == 0, "two leafs to a cell, and nothing is dimmed")
_, lone = picture("lone", "--views", "matrix", source="sim:array-512?seed=3")
check(lone["fabric"]["groups"] == 1 and "cells" not in lone["fabric"], "leafs without spines are drawn as what they are")
ranks = read_json(path("ranks.json"))["fabric"]
check(ranks["ranks"] == ranks["tensor"] * ranks["pipeline"] * ranks["data"] > 300 and ranks["stated"], f"the job's ranks are all there ({ranks['ranks']})")

# One leaf of the reference cluster goes down: its link to every spine of its pod, and no other cell, says so.
fault = "sim:reference-100k?scenario=leaf_down&seed=3"
before, calm = picture("calm", "--views", "matrix", source=fault, at="+20s")
after, hurt = picture("hurt", "--views", "matrix", source=fault, at="+35s")
check(calm["fabric"]["rows"] == 28 and calm["fabric"]["columns"] == 64 and calm["fabric"]["cells"]["down"] == 0, "28 pods of 64 spines are well")
check(hurt["fabric"]["cells"]["down"] == 64 and hurt["fabric"]["cells"]["ok"] == 27 * 64, f"then 64 cells are down ({hurt['fabric']['cells']})")
check(difference(before, after, *panel) > 0.01, "and it is seen")
pod = next(line["object"] for line in hurt["events"]["lines"] if "-leaf" in line["object"]).rsplit("-", 2)[0]
_, inside = picture("inside", "--views", f"matrix:{pod}", source=fault, at="+35s")
check(inside["fabric"]["group"] == pod and inside["fabric"]["cells"]["down"] == 64 and inside["fabric"]["cells"]["ok"] == 55 * 64,
      f"in its pod {pod} one row of 56 is ({inside['fabric']['cells']})")

# A brush over a rack lights its leafs' rows and its ranks, and dims the rest, also in the hall.
lit, state = picture("lit", "--views", "ranks", "--brush", "rack:1")
check(state["brush"] == {"what": "rack:1", "objects": 1}, "the dump says what is brushed")
check(difference(pixels(path("ranks.png")), lit, *panel) > 0.05, "other ranks are dimmed")
check(difference(plain, picture("lit hall", "--brush", "rack:1")[0], 0.3, 0.15, 0.68, 0.75) > 0.02, "and so is the hall")

for words, about in ((("--views", "pie"), "pie"), (("--views", "matrix:nowhere"), "nowhere"), (("--brush", "rack:1,nobody"), "nobody"), (("--brush", "rack:1,"), "comma")):
    result = run("sim:array-512", "--headless", "--output", path("no.png"), *words)
    check(result.returncode == 1 and about in result.stderr and len(result.stderr.splitlines()) == 1, f"{' '.join(words)} is refused in one sentence ({result.stderr.strip()})")
finish()
