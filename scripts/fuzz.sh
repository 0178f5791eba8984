#!/usr/bin/env bash
# Runs every fuzz target of the repository for a while each, one after the
# other: scripts/fuzz.sh 30s [pattern]. A target that finds something leaves
# its input in the package's testdata/fuzz, and the exit code is 1 at the end.
set -uo pipefail
cd "$(dirname "$0")/.."

time=${1:-30s}
pattern=${2:-.}
if ! [[ $time =~ ^[0-9]+[smhx]$ ]]; then
  echo "usage: scripts/fuzz.sh DURATION [PATTERN], for instance: scripts/fuzz.sh 30s" >&2
  exit 2
fi
export CGO_ENABLED=0

failed=""
count=0
while IFS=: read -r file target; do
  dir=./$(dirname "$file")
  count=$((count + 1))
  echo "== $dir $target ($time)"
  # The time limit bounds a target that hangs instead of failing.
  if ! go test -run '^$' -fuzz "^${target}\$" -fuzztime "$time" -parallel 2 -timeout 12h "$dir"; then
    failed="$failed $dir:$target"
  fi
done < <(git ls-files -co --exclude-standard -- '*_test.go' |
  xargs -r grep -oHE '^func Fuzz[A-Za-z0-9_]+\(' | sed -E 's/func (Fuzz[A-Za-z0-9_]+)\(/\1/' | grep -E "$pattern" | sort)

if [ "$count" = 0 ]; then
  echo "no fuzz target matches $pattern" >&2
  exit 2
fi
echo "== $count targets"
if [ -n "$failed" ]; then
  echo "== failed:$failed" >&2
  exit 1
fi
