"""Wrong options end with code 2, what cannot be done with code 1, and both with one sentence on stderr."""
from stage import check, finish, path, run


def refused(code, *words, about):
    result = run(*words)
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    check(result.returncode == code, f"{' '.join(words)}: exit code {code} (was {result.returncode})")
    check(len(lines) == 1 and about in lines[0], f"{' '.join(words)}: one sentence about '{about}' (was {lines})")
    check(result.stdout == "", f"{' '.join(words)}: nothing on stdout")


refused(2, "--no-such-option", about="--no-such-option")
refused(2, "--headless", about="--output")
refused(2, "--headless", "--output", "x.gif", about=".png")
refused(2, "--output", path("x.png"), about="--headless")
refused(2, "--size", "wide", "--headless", "--output", path("x.png"), about="WIDTHxHEIGHT")
refused(2, "--theme", "pink", about="pink")
refused(1, "--camera", "tour:nowhere", about="stakeholders")
refused(1, "--wall", "nowhere.toml", about="nowhere.toml")
refused(2, "--speed", "60", about="--speed")
refused(2, "site.bvr", "--speed", "0.01", about="--speed")
refused(2, "--history-keep", "soon", about="--history-keep")
refused(2, "--history-size", "much", about="--history-size")
refused(2, "bench", about="subcommand")
refused(1, "--headless", "--output", path("no/such/folder/x.png"), about="does not exist")
refused(1, "recording.bvr", "--headless", "--output", path("x.png"), about="recording")
refused(1, "prom+http://localhost/x", "--headless", "--output", path("x.png"), about="Prometheus")
refused(1, "http://localhost", "--headless", "--output", path("x.png"), about="tcp://")
refused(1, "sim:no-such-cluster", "--headless", "--output", path("x.png"), about="no-such-cluster")

for words, expected in ((("--help",), "SOURCE"), (("--version",), "belvedere"), (("bench", "render", "--help"), "--frames")):
    result = run(*words)
    check(result.returncode == 0 and expected in result.stdout, f"{' '.join(words)} says {expected}")
finish()
