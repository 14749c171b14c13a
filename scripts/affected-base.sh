#!/usr/bin/env bash
# The commit that `nx affected` compares with: where this branch left main, and on main itself the commit before.
set -euo pipefail
git fetch --quiet origin main
base=$(git merge-base FETCH_HEAD HEAD)
if [[ $base == "$(git rev-parse HEAD)" ]]; then
  base=$(git rev-parse --quiet --verify 'HEAD~1^{commit}' || echo "$base")
fi
echo "$base"
