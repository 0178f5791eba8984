#!/usr/bin/env bash
# Installs the Debian packages that are missing: as root, else with sudo -n,
# else it prints the one command to paste and stops with exit code 2.
# Usage: setup.sh build|window|test ...
set -euo pipefail

build="gcc libc6-dev pkg-config libgl-dev libx11-dev libxcursor-dev libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev libxkbcommon-dev"
show="libgl1 libgl1-mesa-dri fonts-noto-core fonts-droid-fallback"
window="xvfb xdotool openbox x11-utils xclip imagemagick"
test="strace e2fsprogs xfsprogs faketime qemu-user"

want=""
for set in "$@"; do
  case $set in
    build) want="$want $build" ;;
    show) want="$want $show" ;;
    window) want="$want $window" ;;
    test) want="$want $test" ;;
    *) echo "setup.sh: unknown set of packages: $set" >&2; exit 2 ;;
  esac
done

if ! command -v go >/dev/null; then
  echo "Wherry needs Go 1.26 or later on the PATH: https://go.dev/dl" >&2
  exit 2
fi
if ! command -v dpkg-query >/dev/null; then
  echo "Not a Debian system: please install by hand:$want" >&2
  exit 0
fi

missing=""
for p in $want; do
  dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
  sudo=""
elif sudo -n true 2>/dev/null; then
  sudo="sudo -n"
else
  echo "These packages are missing. Please run this once, then try again:" >&2
  echo "  sudo apt-get update && sudo $install" >&2
  exit 2
fi
echo "Installing missing packages:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q >/dev/null
# shellcheck disable=SC2086 # the list of packages is meant to be split
$sudo $install >/dev/null
