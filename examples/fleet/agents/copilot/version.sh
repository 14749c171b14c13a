#!/usr/bin/env bash
# Prints the version that the image gets. It is pinned: a new one is a change in this repository.
set -euo pipefail
cat "$(dirname "$0")/VERSION"
