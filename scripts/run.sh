#!/usr/bin/env bash
# Opens the notebook. Without a display it starts one, drives the sample case
# through the real window, and leaves a screenshot.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]; then
  if [ "$(id -u)" = 0 ]; then
    # As root the notebook would lie in root's home: it is only for trying.
    dir=$(mktemp -d -t wherry-run-XXXXXX)
    echo "Running as root: this notebook lives in $dir and is for trying only."
    exec bin/wherry --dir "$dir/notebook"
  fi
  exec bin/wherry
fi

scripts/setup.sh window
echo "No display: driving the sample case through the real window. This takes a minute or two."
CGO_ENABLED=0 go run ./cmd/internal/showcase -binary bin/wherry
