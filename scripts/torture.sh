#!/usr/bin/env bash
# Runs the release column of docs/testing.md, row by row: scripts/torture.sh
# [ID ...]. SEED=… repeats a run, or goes on with one that was broken off.
set -euo pipefail
cd "$(dirname "$0")/.."
CGO_ENABLED=0 exec go run ./app/simtest/torture "$@"
