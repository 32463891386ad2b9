"""Two processes: a simulator that publishes and a viewer that draws what it hears. Either may die and come back."""
import os
import time

from stage import (FEED, Process, check, colors, environment, finish, free_port_pair, path, pixels, read_json, run, wait_for)

port = free_port_pair()
endpoint = f"tcp://127.0.0.1:{port}"


def simulate():
    return Process([FEED, "simulate", "--cluster", "array-512", "--bind", endpoint])


def draw(name, *words):
    result = run(endpoint, *words, "--headless", "--size", "960x540", "--output", path(f"{name}.png"), "--dump-state", path(f"{name}.json"))
    return result, (read_json(path(f"{name}.json")) if result.returncode == 0 else None)


result, _ = draw("nobody")
check(result.returncode == 1 and len(result.stderr.splitlines()) == 1 and endpoint in result.stderr,
      f"without a publisher there is one sentence and no picture ({result.stderr.strip()})")

result, _ = draw("silence", "--cluster", "array-512")
check(result.returncode == 1 and len(result.stderr.splitlines()) == 1 and endpoint in result.stderr and not os.path.exists(path("silence.png")),
      f"a cluster file without a publisher gives one sentence and no picture either ({result.stderr.strip()})")

with simulate() as first:
    result, state = draw("live")
    check(result.returncode == 0, f"the viewer draws what it hears ({result.stderr.strip()})")
    check(state["time"]["live"] and state["time"]["complete"] and state["counts"]["gpu"]["unknown"] == 0, "every GPU was heard of")
    check(colors(pixels(path("live.png"))) > 300, "the picture is not blank")
    before = state["time"]["time_ns"]
    time.sleep(2)
    result, state = draw("again")
    check(state["time"]["time_ns"] > before, "a viewer that is started again shows a later moment")
    first.stop(kill=True)

# One viewer all the way through: a film, whose cluster dies in the middle and comes back.
with simulate() as second, Process([__import__("stage").BELVEDERE, endpoint, "--headless", "--size", "640x360", "--output", path("film.mp4"), "--duration", "14",
                                    "--fps", "5", "--dump-state", path("film.json")]) as viewer:
    wait_for("the film's beginning", lambda: "film" in viewer.output())
    time.sleep(3)
    second.stop(kill=True)
    time.sleep(2)
    with simulate():
        code = viewer.process.wait(300)
        check(code == 0, f"the film is finished although the publisher was killed ({viewer.output().strip()[-300:]})")
        state = read_json(path("film.json"))
        sources = state["sources"]
        check(state["time"]["complete"] and state["counts"]["gpu"]["unknown"] == 0, "after the publisher's return everything is known again")
        check(sources[0]["snapshots"] >= 2 and sources[0]["decode_errors"] == 0, f"it asked the new publisher for a snapshot ({sources[0]})")
finish()
