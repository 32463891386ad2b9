"""Two processes that draw nothing, so that this runs under every sanitizer: a simulator that publishes and a watcher that
hears it. Either is killed and started again, and the watcher's state is whole within the promised time of the return.

Arguments: belvedere, belvedere-feed, net_watch, seconds that the return may take.
"""
import collections
import sys
import time

from stage import FEED, SLOW, Process, check, finish, free_port_pair

WATCH, PROMISED_S = sys.argv[3], float(sys.argv[4])
endpoint = f"tcp://127.0.0.1:{free_port_pair()}"
Line = collections.namedtuple("Line", "time boot fresh all errors")


def wait_for(what, process, condition):
    """The first truthy condition() and when it came, to a few milliseconds; waiting coarsely would measure too well."""
    end = time.monotonic() + SLOW
    while time.monotonic() < end:
        if result := condition():
            return result, time.monotonic()
        if process.process.poll() is not None:
            raise SystemExit(f"FAILED: {what}: the program ended with {process.process.returncode}: {process.output()}")
        time.sleep(0.005)
    raise SystemExit(f"FAILED: {what} did not happen within {SLOW} s: {process.output()[-2000:]}")


def simulate():
    simulator = Process([FEED, "simulate", "--cluster", "array-512", "--bind", endpoint])
    _, bound = wait_for("the publisher's first line", simulator, lambda: "publishing array-512" in simulator.output())
    return simulator, bound


def lines(watcher):
    whole = watcher.output().rpartition("\n")[0].splitlines()
    return [Line(float(words[0]), *map(int, words[1:])) for words in map(str.split, whole)]


def whole(line):
    return line.all > 1000 and line.fresh == line.all and line.errors == 0


def when(what, watcher, condition):
    """The first line of the watcher that satisfies the condition."""
    return wait_for(what, watcher, lambda: [line for line in lines(watcher) if condition(line)][:1])[0][0]


simulator, _ = simulate()
with simulator:
    with Process([WATCH, endpoint]) as watcher:
        first = when("values of every object", watcher, whole)
        check(True, f"values of all {first.all} objects arrive from another process")
        simulator.stop(kill=True)
        gone = when("staleness", watcher, lambda line: line.time > first.time and line.fresh == 0)
        check(gone.all == first.all, "after the publisher was killed every object is stale")

        simulator, bound = simulate()
        with simulator:
            back = when("the publisher's return", watcher, lambda line: line.boot not in (0, first.boot) and whole(line))
            check(back.time - bound <= PROMISED_S, f"{back.time - bound:.2f} s after its return everything is known again")
            watcher.stop(kill=True)

            started = time.monotonic()
            with Process([WATCH, endpoint]) as watcher:
                late = when("the late joiner's state", watcher, whole)
                check(late.boot == back.boot and late.time - started <= PROMISED_S,
                      f"a watcher that is started again knows everything after {late.time - started:.2f} s")
finish()
