#!/usr/bin/env bash
# Keeps the same telemetry in a recording and in Prometheus' own storage and prints one JSON object with the bytes per sample of both.
# Needs Debian's prometheus (for promtool) and a built belvedere-feed. The slice is every GPU metric of a simulated array of 512 GPUs
# at 1 Hz; SECONDS of it are simulated at twenty times speed.
# Usage: tests/compare/prometheus_storage.sh [SECONDS] [CLASS or CLASS.METRIC]
set -euo pipefail
seconds=${1:-1800} slice=${2:-gpu}
feed=${BELVEDERE_FEED:-$(cd "$(dirname "$0")/../.." && pwd)/build/release/belvedere-feed}
promtool=${PROMTOOL:-promtool}
command -v "$promtool" >/dev/null || { echo "promtool is missing; install Debian's prometheus, or set PROMTOOL." >&2; exit 1; }
[ -x "$feed" ] || { echo "$feed is missing; build it first." >&2; exit 1; }
work=$(mktemp -d)
simulator= recorder=
trap 'kill $simulator $recorder 2>/dev/null || true; rm -rf "$work"' EXIT

"$feed" simulate --cluster array-512 --bind "ipc://$work/publisher" --rate 20 --speed 20 >"$work/simulate.log" 2>&1 & simulator=$!
sleep 1
"$feed" record "ipc://$work/publisher" -o "$work/all.bvr" 2>"$work/record.log" & recorder=$!
sleep $(((seconds + 19) / 20))
kill $recorder && wait $recorder
kill $simulator && wait $simulator
recorder= simulator=

# Only the slice, on both sides.
"$feed" cut "$work/all.bvr" -o "$work/slice.bvr" --objects "${slice%%.*}" >&2
mapfile -t metrics < <("$feed" export "$work/slice.bvr" --to begin --metric "$slice" | awk -F, 'NR > 1 { print $3 "." $5 }' | sort -u)
for metric in "${metrics[@]}"; do  # OpenMetrics wants the samples of one metric together
  "$feed" export "$work/slice.bvr" --metric "$metric"
done | TZ=UTC awk -F, '
  $7 == "" || $7 == "value" { next }
  { if ($1 != text) { text = $1; split(text, part, "[T:.Z-]"); fraction = part[7] == "" ? 0 : part[7]
      seconds = mktime(part[1] " " part[2] " " part[3] " " part[4] " " part[5] " " part[6]) }
    printf "%s_%s{object=\"%s\"} %s %d.%s\n", $3, $5, $4, $7, seconds, substr(fraction "000", 1, 3) }
  END { print "# EOF" }' >"$work/slice.txt"
samples=$(($(wc -l <"$work/slice.txt") - 1))
"$promtool" tsdb create-blocks-from openmetrics "$work/slice.txt" "$work/tsdb" >"$work/promtool.log" 2>&1 ||
  { echo "promtool failed; its last words:" >&2; tail -n 5 "$work/promtool.log" >&2; exit 1; }
bytes_prometheus=$(find "$work/tsdb" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
read -r bytes samples_kept < <("$feed" inspect "$work/slice.bvr" --json | awk -F'[:,]' '/^  "bytes":/ { b = $2 } /^  "samples":/ { s = $2 } END { print b, s }')
awk -v bytes="$bytes" -v kept="$samples_kept" -v prometheus="$bytes_prometheus" -v samples="$samples" -v slice="$slice" 'BEGIN {
  printf "{\"slice\": \"%s\", \"samples\": %d, \"bytes\": %d, \"bytes_per_sample\": %.3f, \"prometheus_samples\": %d, \"prometheus_bytes\": %d, \"prometheus_bytes_per_sample\": %.3f, \"ratio\": %.2f}\n",
    slice, kept, bytes, bytes / kept, samples, prometheus, prometheus / samples, (prometheus / samples) / (bytes / kept) }'
