#!/usr/bin/env bash
# Text that must not be in this repository. Prints file:line of every hit and fails when there is one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C.UTF-8

mapfile -t files < <(git ls-files --cached --others --exclude-standard -- . \
  ':!package-lock.json' ':!scripts/forbid.sh' ':!*.wasm' |
  while read -r file; do [[ -f $file ]] && printf '%s\n' "$file"; done)

# The hosts that this machine's own clients ask: whatever they are, they are its configuration and not our text.
configured_hosts() {
  {
    npm config get registry 2>/dev/null || true
    cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true
  } | grep -oE 'https?://[^/ ]+' | sed -E 's#^https?://([^@]*@)?##; s#:[0-9]+$##' | sort -u |
    grep -vE '^(localhost|127\..*|\[::1\])$' || true
}

found=0
forbid() {
  local what=$1 hits status=0
  shift
  hits=$(grep --with-filename --line-number --binary-files=without-match "$@" -- "${files[@]}") || status=$?
  ((status != 1)) || return 0
  ((status == 0)) || exit "$status"
  printf '%s:\n%s\n' "$what" "$hits"
  found=1
}

# An image reference with a tag or a digest whose registry is neither loopback nor a reserved name (RFC 2606).
readonly reserved='localhost|[a-z0-9.-]+\.(localhost|example|test|invalid)|(?:[a-z0-9-]+\.)*example\.(com|org|net)|127\.[0-9.]+'
readonly host='(?:[a-z0-9-]+\.)+[a-z]{2,}(?::[0-9]+)?'
readonly reference="(?<![\\w./@-])(?!(?:$reserved)[:/])$host/[a-z0-9][a-z0-9._/-]*(?:@sha256:|:(?!/)[a-z0-9])"

forbid 'unfinished work' -wE 'TODO|FIXME'
forbid 'emoji' -P '[\x{1F000}-\x{1FAFF}\x{2600}-\x{26FF}\x{2728}\x{2753}-\x{2757}\x{2705}\x{274C}\x{274E}\x{FE0F}]'
forbid 'a registry that is neither loopback nor a reserved name' -P "$reference"
while read -r host_name; do
  forbid "a host of this machine's package clients" -wF "$host_name"
done < <(configured_hosts)

exit "$found"
