#!/usr/bin/env bash
# Sets up, builds and shows the reference cluster: in a window where there is a display, else as a picture and a film in out/.
set -euo pipefail
cd "$(dirname "$0")"
source ./setup.sh

install_packages "${packages_build[@]}"
configure_and_build release --target belvedere belvedere-feed

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && [ "${1:-}" != --headless ]; then
  echo "Opening the window (press ? for the keys)"
  if build/release/belvedere; then exit 0; fi
  echo "The window did not open; pictures follow"
fi

mkdir -p out
echo "Drawing a picture and a film without a display"
build/release/belvedere --headless --size 1920x1080 --camera overview --output out/overview.png
build/release/belvedere --headless --size 1920x1080 --camera hall:2 --output out/hall.png
build/release/belvedere --headless --size 1920x1080 --camera overview --duration 10 --fps 30 --output out/overview.mp4
echo "Finished: out/overview.png out/hall.png out/overview.mp4"
