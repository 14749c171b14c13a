#!/usr/bin/env bash
# Every static check. Runs them all, prints each with its time, and fails at the end with the list of those that failed.
# With SLIPWAY_CHECK_REPORT it writes there one line a check: its name and "passed" or "failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PWD/node_modules/.bin:$PATH"
# What goes into a file or a log is plain text.
[[ -t 1 ]] || export NO_COLOR=1

readonly report=${SLIPWAY_CHECK_REPORT:-/dev/null}
output=$(mktemp)
readonly output
trap 'rm -f "$output"' EXIT
failed=()

run_check() {
  local name=$1 begun=${EPOCHREALTIME/./} state=passed
  shift
  "$@" </dev/null >"$output" 2>&1 || state=failed
  printf '%-12s %s  %d ms\n' "$name" "$state" $(((${EPOCHREALTIME/./} - begun) / 1000))
  printf '%s %s\n' "$name" "$state" >>"$report"
  [[ $state == passed ]] && return 0
  sed 's/^/    /' "$output"
  failed+=("$name")
}

: >"$report"
run_check format oxfmt --check .
run_check lint oxlint --type-aware --deny-warnings --format=unix
run_check types tsc --noEmit --project tsconfig.json
run_check unused knip --no-progress
run_check forbidden scripts/forbid.sh
run_check architecture vitest run --project unit --reporter=dot tests/

if ((${#failed[@]} > 0)); then
  printf 'failed: %s\n' "${failed[*]}" >&2
  exit 1
fi
