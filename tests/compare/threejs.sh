#!/usr/bin/env bash
# Times the same scene as a three.js InstancedMesh in headless Chromium on the CPU and prints one JSON object.
# Needs Debian's chromium and npm. Usage: tests/compare/threejs.sh [FRAMES]
set -euo pipefail
page=$(cd "$(dirname "$0")" && pwd)/threejs.html
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$page" "$work/index.html"
(cd "$work" && npm init -y && npm install three@0.187) >"$work/npm.log" 2>&1 || { tail -n 5 "$work/npm.log" >&2; exit 1; }
chromium --headless=new --no-sandbox --user-data-dir="$work/profile" --use-angle=swiftshader --enable-unsafe-swiftshader \
  --allow-file-access-from-files --timeout=60000 --dump-dom \
  "file://$work/index.html?frames=${1:-4}" 2>"$work/chromium.log" |
  grep -o '{"frame_ms_p50.*}' | sed 's/<.*//' || { echo "Chromium gave no figure; its last words:" >&2; tail -n 5 "$work/chromium.log" >&2; exit 1; }
