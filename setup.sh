#!/usr/bin/env bash
# Installs what belvedere needs from Debian 12's own packages; does nothing where all is there. Sourced by demo.sh and test.sh,
# or run by itself: ./setup.sh [--tests]
set -euo pipefail

packages_build=(
  build-essential cmake ninja-build ccache pkg-config git ca-certificates
  glslc spirv-tools libvulkan-dev mesa-vulkan-drivers
  libglfw3-dev libimgui-dev libglm-dev libfreetype-dev libpng-dev
  libzmq3-dev cppzmq-dev libflatbuffers-dev flatbuffers-compiler flatbuffers-compiler-dev
  libzstd-dev libsqlite3-dev libsodium-dev
  nlohmann-json3-dev libtomlplusplus-dev libcli11-dev libfmt-dev
  doctest-dev fonts-inter fonts-jetbrains-mono fonts-dejavu-core ffmpeg)
packages_fuzz=(clang-14 libclang-rt-14-dev)
packages_tests=(
  vulkan-validationlayers xvfb xauth xdotool imagemagick x11-utils
  python3 python3-zmq python3-flatbuffers procps)

# Prints those of its arguments that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

install_packages() {
  local missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -eq 0 ] && return 0
  if ! command -v apt-get >/dev/null; then
    echo "belvedere's set-up needs Debian's apt-get; install these by hand: ${missing[*]}" >&2
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "Installing ${#missing[@]} packages needs root or sudo; as root run: apt-get install ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update &&
         "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    echo "Installing packages failed; the whole log is in $log" >&2
    return 1
  fi
  rm -f "$log"
}

# configure_and_build PRESET [NINJA ARGUMENTS…]: the first line says what it does, ninja shows its progress.
configure_and_build() {
  local preset=$1
  shift
  echo "Building ($preset)"
  local log="build/$preset.configure.log"
  mkdir -p build
  if ! cmake --preset "$preset" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    return 1
  fi
  NINJA_STATUS="[%f/%t %es] " cmake --build --preset "$preset" "$@"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  install_packages "${packages_build[@]}"
  if [ "${1:-}" = --tests ]; then install_packages "${packages_tests[@]}"; fi
fi
