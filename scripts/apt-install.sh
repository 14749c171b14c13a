#!/usr/bin/env bash
# Sourced. Debian packages: which are missing, and how they get here.

# Prints those of "$@" that are not installed; nothing where there is no dpkg to ask.
missing_debian_packages() {
  command -v dpkg-query >/dev/null || return 0
  local installed package
  installed=" $(dpkg-query --show --showformat='${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true)"
  for package in "$@"; do
    [[ $installed == *" installed:$package "* ]] || printf '%s\n' "$package"
  done
}

# Installs "$@" with their services kept down: what runs is started by the target that needs it.
install_debian_packages() (
  export DEBIAN_FRONTEND=noninteractive
  policy=/usr/sbin/policy-rc.d
  output=$(mktemp)
  trap 'rm -f "$output"' EXIT
  if [[ ! -e $policy ]]; then
    trap 'rm -f "$output" "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  if { apt-get update && apt-get install -y --no-install-recommends "$@"; } </dev/null >"$output" 2>&1; then
    return 0
  fi
  tail -n 5 "$output" >&2
  return 1
)
