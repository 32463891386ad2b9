"""What the end-to-end tests share: programs started and stopped by id, free ports, a display, pictures as pixels."""
import glob
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

BELVEDERE, FEED = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
FOLDER = tempfile.mkdtemp(prefix="belvedere-e2e-")
SLOW = 120  # seconds that anything may take on a busy machine


def environment(**extra):
    # Histories of windows go with the test; the driver's cache of shaders stays where it is.
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    env = dict(os.environ, BELVEDERE_VALIDATION="1", XDG_CACHE_HOME=os.path.join(FOLDER, "cache"), **extra)
    env.setdefault("MESA_SHADER_CACHE_DIR", cache)
    # Drivers and validation layers leak when they are unloaded; the leaks of our own code are looked for in the unit tests.
    env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    # Pictures come from the software driver, whatever GPU is in the machine.
    for icd in glob.glob("/usr/share/vulkan/icd.d/lvp_icd.*.json"):
        env.setdefault("VK_ICD_FILENAMES", icd)
    return env


def check(condition, sentence):
    if not condition:
        raise SystemExit(f"FAILED: {sentence}")
    print(f"ok: {sentence}", flush=True)


def run(*words, env=None):
    return subprocess.run([BELVEDERE, *words], capture_output=True, text=True, timeout=SLOW * 3, cwd=FOLDER,
                          env=env or environment())


def path(name):
    return os.path.join(FOLDER, name)


def free_port_pair():
    """A port that is free together with the next one, which the snapshot service takes."""
    for _ in range(200):
        with socket.socket() as a, socket.socket() as b:
            a.bind(("127.0.0.1", 0))
            port = a.getsockname()[1]
            try:
                b.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue
    raise SystemExit("FAILED: no two free ports")


class Process:
    """A program that is stopped by its own id when the block ends."""

    def __init__(self, words, **options):
        self.log = open(path(f"log-{time.monotonic_ns()}.txt"), "w+")
        self.process = subprocess.Popen(words, stdout=self.log, stderr=subprocess.STDOUT, cwd=FOLDER,
                                        env=options.pop("env", environment()), **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, kill=False):
        if self.process.poll() is None:
            self.process.kill() if kill else self.process.terminate()
            try:
                self.process.wait(SLOW)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def output(self):
        self.log.flush()
        with open(self.log.name) as file:
            return file.read()


def wait_for(what, condition, seconds=SLOW):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.1)
    raise SystemExit(f"FAILED: {what} did not happen within {seconds} s")


def pixels(file):
    """(width, height, rgb bytes) of a PNG."""
    size = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", file],
                          capture_output=True, text=True, check=True).stdout.strip().split(",")
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", file, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
                         capture_output=True, check=True).stdout
    return int(size[0]), int(size[1]), raw


def colors(picture):
    width, height, raw = picture
    return len({raw[i:i + 3] for i in range(0, len(raw), 3 * 7)})


def difference(a, b, left, top, right, bottom):
    """Share of pixels in a region (given as shares of the size) that differ by more than 8 of 255."""
    width, height, first = a
    second = b[2]
    differing = count = 0
    for y in range(int(top * height), int(bottom * height), 2):
        for x in range(int(left * width), int(right * width), 2):
            i = 3 * (y * width + x)
            count += 1
            differing += max(abs(first[i + c] - second[i + c]) for c in range(3)) > 8
    return differing / max(1, count)


class Window:
    """The window of a viewer on a display, driven by keys and mouse and asked by F12 what it shows."""

    def __init__(self, viewer, display, name="belvedere", visible=True):
        self.viewer, self.env = viewer, environment(DISPLAY=display)
        search = ["search", *(["--onlyvisible"] if visible else []), "--name", name]
        self.id = wait_for(f"a window named '{name}'", lambda: self.xdotool(*search).split("\n")[0] or
                           (viewer.process.poll() is not None and exit(viewer.output())))

    def xdotool(self, *words):
        return subprocess.run(["xdotool", *words], capture_output=True, text=True, env=self.env, timeout=SLOW).stdout.strip()

    def key(self, *keys):
        self.xdotool("key", "--window", self.id, *keys)

    def type(self, text):
        self.xdotool("type", "--window", self.id, "--delay", "80", text)

    def click(self, x, y):
        self.xdotool("mousemove", "--window", self.id, str(int(x)), str(int(y)))
        time.sleep(0.5)
        self.xdotool("click", "1")

    def snapshot(self):
        """What is shown now, as pixels and as the state dump that F12 saves beside them."""
        known = set(glob.glob(path("belvedere-*.json")))
        time.sleep(1.1)  # names of dumps carry the second
        self.key("F12")
        new = wait_for("a dump", lambda: [f for f in glob.glob(path("belvedere-*.json")) if f not in known and os.path.getsize(f) and
                                          os.path.exists(f[:-5] + ".png") and "saved " + os.path.basename(f)[:-5] in self.viewer.output()])
        return pixels(new[0][:-5] + ".png"), read_json(new[0])

    def until(self, what, condition):
        """Snapshots until the state satisfies the condition: programs on a busy machine may take a while."""
        end = time.monotonic() + SLOW
        while True:
            picture, state = self.snapshot()
            if condition(state):
                check(True, what)
                return picture, state
            if time.monotonic() > end:
                raise SystemExit(f"FAILED: {what}\n{state}")


def pane(picture, state, time_of, left=0, top=0, right=1, bottom=1):
    """The pixels of one time's part of the hall, or of a region of it given as shares: rows of rgb bytes."""
    width, _, raw = picture
    place = next(p for p in state["panes"] if p["time"] == time_of)
    x0, x1 = (int(place["x"] + share * place["width"]) for share in (left, right))
    y0, y1 = (int(place["y"] + share * place["height"]) for share in (top, bottom))
    return [raw[3 * (y * width + x0):3 * (y * width + x1)] for y in range(y0, y1)]


def finish():
    shutil.rmtree(FOLDER, ignore_errors=True)


def read_json(file):
    with open(file) as text:
        return json.load(text)


def start_display(size):
    """An X server that answers, and the name of its display, which comes through a pipe of its own: its log may hold anything. It
    must not begin anew when its last client goes, or the next one may find nobody."""
    for _ in range(5):
        read_end, write_end = os.pipe()
        server = Process(["Xvfb", "-noreset", "-displayfd", str(write_end), "-screen", "0", size + "x24", "-nolisten", "tcp"], pass_fds=(write_end,))
        os.close(write_end)
        with os.fdopen(read_end) as name:
            display = ":" + name.readline().strip()
        # Another server that ends at this moment may take the name along.
        if subprocess.run(["xdpyinfo"], capture_output=True, env=environment(DISPLAY=display)).returncode == 0:
            return server, display
        with server:
            pass
    raise SystemExit("FAILED: no X server could be started")
