#!/usr/bin/env python3
"""Fails when a file includes what its folder may not, or when belvedere-feed links graphics.

Reads the sources of the folders below (the same table as in ARCHITECTURE.md) and, with --program, the libraries that a built
program loads. Writes one line per breach. --self-check proves on made-up trees that every rule can fail.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

# folder → folders of ours that it may include, besides itself
MAY_INCLUDE = {
    "cluster": set(),
    "net": {"cluster"},
    "feed": {"cluster", "net"},
    "shaders": set(),
    "render": {"shaders"},
    "viewer": {"cluster", "net", "feed", "shaders", "render"},
    "tests": {"cluster", "net", "feed", "shaders", "render", "viewer"},
}
# header as it is written → paths that may include it (prefixes); tests drive sockets and pictures themselves
HEADER_HOMES = [
    (r"zmq\.(hpp|h)|zmq_addon\.hpp", ("net/", "feed/", "tests/")),
    (r"sqlite3\.h", ("net/", "feed/", "tests/")),
    (r"GLFW/.*", ("viewer/window.",)),
    (r"vulkan/.*", ("render/",)),
    (r"(.*/)?imgui_impl_vulkan\.h", ("render/",)),
    (r"(.*/)?imgui_impl_glfw\.h", ("viewer/window.",)),
]
SUFFIXES = {".h", ".hpp", ".cpp", ".c", ".glsl", ".vert", ".frag", ".comp"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(<([^>]+)>|"([^"]+)")')
GRAPHICS = re.compile(r"\blib(vulkan|glfw|imgui|GL|GLX|EGL|X11|xcb|wayland-client)\b")


def breaches_of(path, text):
    """Sentences for one file; path is relative to the root, with slashes."""
    folder = path.split("/")[0]
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        header = match.group(2) or match.group(3)
        where = f"{path}:{number}"
        if header.startswith("../"):
            found.append(f"{where}: includes {header}; name files from the root of the tree.")
        target = header.split("/")[0]
        if "/" in header and match.group(3) and target in MAY_INCLUDE and target != folder and target not in MAY_INCLUDE[folder]:
            found.append(f"{where}: {folder}/ may not include {header}.")
        for pattern, homes in HEADER_HOMES:
            if re.fullmatch(pattern, header) and not path.startswith(homes):
                found.append(f"{where}: <{header}> belongs to {' and '.join(homes)} alone.")
    return found


def breaches_in(root):
    files, found = 0, []
    for folder in MAY_INCLUDE:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in SUFFIXES or not path.is_file():
                continue
            files += 1
            found += breaches_of(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8", errors="replace"))
    return files, found


def linked_graphics(program):
    listing = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return [line.strip() for line in listing.splitlines() if GRAPHICS.search(line)]


def self_check():
    """Every rule must fire on a file that breaks it, and none on one that does not."""
    bad = {
        "cluster/a.cpp": '#include "net/codec.h"',
        "net/a.cpp": '#include "feed/simulator.h"',
        "net/b.h": '#include "render/renderer.h"',
        "feed/a.cpp": ' # include "viewer/view.h"',
        "render/a.cpp": '#include "cluster/state.h"',
        "shaders/a.vert": '#include "cluster/state.h"',
        "viewer/a.cpp": '#include "tests/feed/samples.h"',
        "viewer/b.cpp": "#include <GLFW/glfw3.h>",
        "viewer/c.cpp": "#include <vulkan/vulkan.h>",
        "viewer/d.cpp": "#include <zmq.hpp>",
        "cluster/b.cpp": "#include <sqlite3.h>",
        "viewer/e.cpp": "#include <backends/imgui_impl_vulkan.h>",
        "render/b.cpp": '#include "imgui_impl_glfw.h"',
        "feed/b.cpp": '#include "../net/codec.h"',
    }
    good = {
        "net/a.cpp": '#include "cluster/state.h"\n#include <zmq.hpp>\n// #include "viewer/view.h"',
        "feed/a.cpp": '#include "net/publisher.h"\n#include "feed/simulator.h"\n#include <vector>',
        "render/a.cpp": '#include <vulkan/vulkan.h>\n#include "shaders/gpu_types.h"',
        "viewer/window.cpp": "#include <GLFW/glfw3.h>\n#include <backends/imgui_impl_glfw.h>",
        "tests/viewer/a.cpp": '#include "viewer/view.h"\n#include "tests/samples.h"',
    }
    for trees, wanted in ((bad, len(bad)), (good, 0)):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in trees.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text + "\n")
            files, found = breaches_in(root)
        if files != len(trees) or len(found) != wanted or len({line.split(":")[0] for line in found}) != wanted:
            print(f"self-check: expected {wanted} breaches in {len(trees)} files, found:", *found, sep="\n  ")
            return 1
    if not GRAPHICS.search("libvulkan.so.1 => /lib/libvulkan.so.1 (0x0)") or GRAPHICS.search("libc.so.6 => /lib/libc.so.6"):
        print("self-check: the pattern of graphics libraries does not work")
        return 1
    print(f"self-check: {len(bad)} breaches found, {len(good)} clean files passed")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path)
    parser.add_argument("--program", action="append", default=[], help="a program that may link no graphics")
    parser.add_argument("--self-check", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_check:
        return self_check()
    status = 0
    if arguments.root:
        files, found = breaches_in(arguments.root)
        for line in found:
            print(line)
        print(f"{files} files, {len(found)} breaches")
        status = 1 if found or files == 0 else 0
    for program in arguments.program:
        graphics = linked_graphics(program)
        for line in graphics:
            print(f"{program} links graphics: {line}")
        status = 1 if graphics else status
    return status


if __name__ == "__main__":
    sys.exit(main())
