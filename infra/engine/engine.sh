#!/usr/bin/env bash
# engine.sh start    uses the container engine in reach, else installs and starts one of its own (needs root)
# engine.sh status   names the engine in reach; ends with 1 where there is none
# engine.sh stop     stops the engine that `start` started from this checkout, and no other
# `start` ends with 3 where there is no engine and none can be started.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(cd "$here/../.." && pwd)
readonly here checkout
# shellcheck source=scripts/apt-install.sh
source "$checkout/scripts/apt-install.sh"

readonly socket=/var/run/docker.sock
readonly state=/var/lib/slipway
readonly data_root=$state/engine
readonly log=$state/engine.log
readonly lock=$state/engine.lock
readonly run=/run/slipway
readonly exec_root=$run/engine
readonly pid_file=$run/engine.pid
# The checkout that started it: another one uses it and leaves it running.
readonly starter_file=$run/engine.checkout
readonly start_limit_seconds=90
readonly stop_limit_seconds=60

say() { printf 'engine: %s\n' "$*"; }

# Each argument is a line; status 3 tells a caller that there is no engine, as against a bug.
refuse() {
  printf 'engine: %s\n' "$@" >&2
  exit 3
}

node_binary() {
  if [[ -x $checkout/node_modules/.bin/node ]]; then
    printf '%s' "$checkout/node_modules/.bin/node"
  else
    command -v node || true
  fi
}

# Prints the version of the engine at $1, or why there is no answer.
ping_engine() {
  local node
  case $1 in
    unix://* | tcp://* | http://* | https://*)
      node=$(node_binary)
      if [[ -z $node ]]; then
        printf 'node is not installed; run make setup\n'
        return 1
      fi
      "$node" "$here/ping.cjs" "$1" 2>&1
      ;;
    *) docker --host "$1" version --format '{{.Server.Version}}' 2>&1 ;;
  esac
}

# The pid of every dockerd in this network namespace: two of them would fight over its bridge and its firewall rules.
running_daemons() {
  local folder name namespace
  namespace=$(readlink /proc/self/ns/net || true)
  for folder in /proc/[0-9]*; do
    name=
    { read -r name <"$folder/comm"; } 2>/dev/null || true
    [[ $name == dockerd ]] || continue
    [[ $(readlink "$folder/ns/net" 2>/dev/null || printf '%s' "$namespace") == "$namespace" ]] || continue
    printf '%s\n' "${folder#/proc/}"
  done
}

# Where the daemon with pid $1 listens, by its own arguments.
sockets_of() {
  tr '\0' '\n' <"/proc/$1/cmdline" 2>/dev/null | grep -oE '(unix|tcp)://[^ ]+' | paste -sd' ' - || true
}

# The pid of the engine that this script started, if it lives. A pid in a file may be another process by now.
own_daemon() {
  local pid
  pid=$(cat "$pid_file" 2>/dev/null || true)
  [[ $pid =~ ^[0-9]+$ && $(cat "/proc/$pid/comm" 2>/dev/null || true) == dockerd ]] || return 1
  tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qxF -- "--data-root=$data_root" || return 1
  printf '%s' "$pid"
}

wait_until_ready() {
  local pid=$1 begun=$SECONDS told=0 version
  until version=$(ping_engine "unix://$socket"); do
    if ! kill -0 "$pid" 2>/dev/null; then
      refuse "dockerd ended before it answered; the end of $log:" "$(tail -n 8 "$log" 2>/dev/null || true)"
    fi
    if ((SECONDS - begun >= start_limit_seconds)); then
      stop_daemon "$pid"
      refuse "dockerd did not answer in $start_limit_seconds s and was stopped; the end of $log:" "$(tail -n 8 "$log" 2>/dev/null || true)"
    fi
    if ((SECONDS - begun >= told + 5)); then
      told=$((SECONDS - begun))
      say "waiting for dockerd (pid $pid), $told s"
    fi
    sleep 0.2
  done
  say "Docker Engine $version answers at unix://$socket (pid $pid, data in $data_root, log in $log)"
}

refuse_second_daemon() {
  local pid=$1 sockets
  sockets=$(sockets_of "$pid")
  refuse "dockerd runs here already (pid $pid) and does not answer at unix://$socket" \
    "two daemons in one network namespace fight over the bridge and the firewall, so no second one is started" \
    "point DOCKER_HOST at the one that runs${sockets:+: DOCKER_HOST=${sockets%% *}}"
}

install_engine() {
  local missing
  command -v dockerd >/dev/null && command -v iptables >/dev/null && return 0
  command -v apt-get >/dev/null || refuse \
    "no container engine answers, and there is no apt-get to install one with" \
    "start Docker Engine 20.10 or newer, or set DOCKER_HOST to one in reach"
  mapfile -t missing < <(missing_debian_packages docker.io iptables)
  ((${#missing[@]} > 0)) || missing=(docker.io iptables)
  say "apt-get install ${missing[*]}"
  install_debian_packages "${missing[@]}" || refuse \
    "apt-get could not install ${missing[*]}" \
    "install Docker Engine 20.10 or newer by hand, or set DOCKER_HOST to one in reach"
}

# The daemon must not inherit the lock (9), or it would hold it for as long as it lives.
launch_daemon() {
  mkdir -p "$data_root" "$exec_root"
  rm -f "$pid_file"
  printf '%s\n' "$checkout" >"$starter_file"
  setsid dockerd --data-root="$data_root" --exec-root="$exec_root" --pidfile="$pid_file" --host="unix://$socket" \
    </dev/null >"$log" 2>&1 9>&- &
  printf '%s' "$!"
}

start_own_engine() {
  local pid others
  mkdir -p "$state" "$run"
  exec 9>"$lock"
  flock --wait "$((start_limit_seconds + 30))" 9 || refuse "another engine.sh has held $lock for too long"
  if pid=$(own_daemon); then
    wait_until_ready "$pid"
    return
  fi
  mapfile -t others < <(running_daemons)
  ((${#others[@]} == 0)) || refuse_second_daemon "${others[0]}"
  install_engine
  mapfile -t others < <(running_daemons)
  ((${#others[@]} == 0)) || refuse_second_daemon "${others[0]}"
  pid=$(launch_daemon)
  wait_until_ready "$pid"
}

start() {
  local answer
  if [[ -n ${DOCKER_HOST:-} ]]; then
    answer=$(ping_engine "$DOCKER_HOST") || refuse \
      "no container engine answers at DOCKER_HOST=$DOCKER_HOST: $answer" \
      "start that engine, or unset DOCKER_HOST to use unix://$socket"
    say "Docker Engine $answer answers at $DOCKER_HOST"
    return
  fi
  if answer=$(ping_engine "unix://$socket"); then
    say "Docker Engine $answer answers at unix://$socket"
    return
  fi
  ((EUID == 0)) || refuse \
    "no container engine answers at unix://$socket: $answer" \
    "starting one needs root: run sudo make engine, start Docker Engine yourself, or set DOCKER_HOST to one in reach"
  start_own_engine
}

status() {
  local address=${DOCKER_HOST:-unix://$socket} answer
  if answer=$(ping_engine "$address"); then
    say "Docker Engine $answer answers at $address"
  else
    say "no container engine answers at $address: $answer"
    return 1
  fi
}

# Asks daemon $1 to end, and ends it and the containerd that it started when it does not.
stop_daemon() {
  local pid=$1 begun=$SECONDS containerd
  kill -TERM "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null && ((SECONDS - begun < stop_limit_seconds)); do sleep 0.2; done
  if kill -0 "$pid" 2>/dev/null; then
    say "dockerd (pid $pid) did not end in $stop_limit_seconds s and is killed"
    kill -KILL "$pid" 2>/dev/null || true
  fi
  containerd=$(cat "$exec_root/containerd/containerd.pid" 2>/dev/null || true)
  if [[ $containerd =~ ^[0-9]+$ ]] && grep -qzF -- "$exec_root" "/proc/$containerd/cmdline" 2>/dev/null; then
    kill -TERM "$containerd" 2>/dev/null || true
  fi
}

# Deepest first. A path in /proc/self/mounts writes a space as \040; ours have none.
unmount_leftovers() {
  local place
  while read -r place; do
    umount "$place" 2>/dev/null || umount --lazy "$place" 2>/dev/null || say "still mounted: $place"
  done < <(awk -v data="$data_root/" -v run="$exec_root/" \
    'index($2, data) == 1 || index($2, run) == 1 { print $2 }' /proc/self/mounts | sort -r)
}

stop() {
  local pid starter
  [[ -e $pid_file || -d $exec_root ]] || return 0
  ((EUID == 0)) || refuse "stopping the engine that make engine started needs root"
  if pid=$(own_daemon); then
    starter=$(cat "$starter_file" 2>/dev/null || printf '%s' "$checkout")
    if [[ $starter != "$checkout" && -d $starter ]]; then
      say "dockerd (pid $pid) was started by $starter and goes on running; make clean there stops it"
      return 0
    fi
    stop_daemon "$pid"
    say "stopped dockerd (pid $pid); its images stay in $data_root"
  fi
  unmount_leftovers
  rm -rf "$pid_file" "$starter_file" "$exec_root"
}

case ${1:-} in
  start) start ;;
  status) status ;;
  stop) stop ;;
  *)
    printf 'usage: %s start | status | stop\n' "$0" >&2
    exit 2
    ;;
esac
