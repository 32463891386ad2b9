#!/usr/bin/env bash
# Sets up, builds and runs every test. ./test.sh --sanitizers first runs the unit and end-to-end tests under the address,
# undefined-behaviour and thread sanitizers too (a quarter of an hour); ./test.sh --fuzz instead feeds the wire decoder mutated
# messages under libFuzzer for half a minute.
set -euo pipefail
cd "$(dirname "$0")"
source ./setup.sh

install_packages "${packages_build[@]}" "${packages_tests[@]}"
# Pictures and validation messages are compared with the software driver of Debian 12, whatever GPU is in the machine.
for icd in /usr/share/vulkan/icd.d/lvp_icd.*.json; do export VK_ICD_FILENAMES=$icd; done
export BELVEDERE_VALIDATION=1

# run_tests PRESET [CTEST ARGUMENTS…]
run_tests() {
  local preset=$1
  shift
  configure_and_build "$preset"
  echo "Testing ($preset)"
  ctest --test-dir "build/$preset" --output-on-failure --timeout 300 "$@"
}

if [ "${1:-}" = --fuzz ]; then
  install_packages "${packages_fuzz[@]}"
  configure_and_build fuzz --target net_fuzz_seeds net_decoder_fuzz
  exec ctest --test-dir build/fuzz --output-on-failure --tests-regex net_decoder_fuzz
fi

if [ "${1:-}" = --sanitizers ]; then
  export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS="halt_on_error=1"
  run_tests asan --label-regex 'unit|e2e' --label-exclude 'window|golden'
  run_tests tsan --label-regex 'unit|e2e' --label-exclude 'window|golden'
fi
run_tests release
