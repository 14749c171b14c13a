#!/bin/sh
# Gives the container the user, home and workspace of the person who started it, then becomes the agent.
# The variables are those of aicage's entrypoint, whose images and ours can be started by either client.
set -eu

uid=${AICAGE_UID:-0}
gid=${AICAGE_GID:-0}
user=${AICAGE_HOST_USER:-root}
home=${AICAGE_HOME:-/root}
mount_home=${AICAGE_MOUNT_HOME:-$home}
workspace=${AICAGE_WORKSPACE:-/workspace}
program=${AICAGE_ENTRYPOINT_CMD:-bash}

fail() {
  printf 'entrypoint: %s\n' "$1" >&2
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# One a line. The kernel writes a space of a path as \040, and printf wants \0040.
mount_points() {
  cut -d ' ' -f 5 /proc/self/mountinfo | sed 's/\\\([0-7]\{3\}\)/\\0\1/g' | while IFS= read -r point; do
    printf '%b\n' "$point"
  done
}

mounts=$(mount_points)

is_mount() {
  case "
$mounts
" in
    *"
$1
"*) return 0 ;;
    *) return 1 ;;
  esac
}

# Whether a path is a mount or lies in one: then it is the host's, and nobody's to change here.
is_mounted() {
  path=$1
  while [ -n "$path" ] && [ "$path" != / ]; do
    if is_mount "$path"; then return 0; fi
    path=${path%/*}
  done
  return 1
}

refuse_mounted_home() {
  for one in /home /root "$home" "$mount_home"; do
    path=$one
    while [ -n "$path" ] && [ "$path" != / ]; do
      if is_mount "$path"; then
        printf 'Refusing to start: home path or parent is a mountpoint: %s\n' "$path" >&2
        exit 1
      fi
      path=${path%/*}
    done
  done
}

link_zone() {
  # An image without a zone database cannot say whether the zone is one.
  if [ -z "${TZ:-}" ] || [ ! -d /usr/share/zoneinfo ]; then return 0; fi
  [ -f "/usr/share/zoneinfo/$TZ" ] || {
    printf 'Requested timezone not found: %s\n' "$TZ" >&2
    exit 1
  }
  ln -sf "/usr/share/zoneinfo/$TZ" /etc/localtime
}

# The lines of a table of /etc but those with this name or this id (`-`: of any id).
others() {
  [ -f "$1" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    rest=${line#*:*:}
    if [ "${line%%:*}" != "$2" ] && [ "${rest%%:*}" != "$3" ]; then printf '%s\n' "$line"; fi
  done <"$1"
}

# Writes into the file, so that its mode and owner stay.
replace() {
  printf '%s\n' "$2" >"$1"
}

# The name of the group with this id.
group_name() {
  [ -f /etc/group ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    rest=${line#*:*:}
    if [ "${rest%%:*}" = "$1" ]; then
      printf '%s\n' "${line%%:*}"
      return 0
    fi
  done </etc/group
}

ensure_group() {
  if [ -n "$(group_name "$2")" ]; then return 0; fi
  replace /etc/group "$(others /etc/group "$1" -)
$1:x:$2:"
}

join_group() {
  joined=$(group_name "$1")
  kept=
  while IFS= read -r line || [ -n "$line" ]; do
    if [ "${line%%:*}" = "$joined" ]; then
      case $line in
        *:) line=$line$user ;;
        *) line=$line,$user ;;
      esac
    fi
    kept="$kept$line
"
  done </etc/group
  replace /etc/group "${kept%?}"
}

# By hand: the programs that add users have other names and options on each distribution, and small images have none.
create_user() {
  # A line with the id 0 would be a second root, and the name of root a lie.
  if [ "$user" = root ]; then user=host; fi
  shell=/bin/sh
  if [ -x /bin/bash ]; then shell=/bin/bash; fi
  ensure_group "$user" "$gid"
  replace /etc/passwd "$(others /etc/passwd "$user" "$uid")
$user:x:$uid:$gid::$home:$shell"
  if [ -f /etc/shadow ]; then
    replace /etc/shadow "$(others /etc/shadow "$user" -)
$user:*:1:0:99999:7:::"
  fi
  if [ -S /var/run/docker.sock ]; then
    socket_gid=$(stat -c %g /var/run/docker.sock)
    if [ "$socket_gid" != "$gid" ]; then
      ensure_group docker "$socket_gid"
      join_group "$socket_gid"
    fi
  fi
}

# The engine makes the folders above a mount as root: from home down to the first mount they become the user's.
own_way_to() {
  at=$home
  rest=${1#"$home"/}
  while ! is_mount "$at"; do
    chown -h "$uid:$gid" "$at"
    case $rest in
      */*)
        at=$at/${rest%%/*}
        rest=${rest#*/}
        ;;
      *) return 0 ;;
    esac
  done
}

fill_home() {
  mkdir -p "$home"
  chown -h "$uid:$gid" "$home"
  printf '%s\n' "$mounts" | while IFS= read -r point; do
    case $point in "$home"/*) own_way_to "$point" ;; esac
  done
  [ -d /etc/skel ] || return 0
  (cd /etc/skel && find . -type f) | while IFS= read -r file; do
    target=$home/${file#./}
    if [ -e "$target" ] || is_mounted "$target"; then continue; fi
    mkdir -p "${target%/*}"
    cp "/etc/skel/$file" "$target"
    chown -h "$uid:$gid" "$target"
    own_way_to "$target"
  done
}

# Where root of the container is the person outside, what is mounted at the person's home has to be found at root's.
link_mounts() {
  [ "$mount_home" != "$home" ] || return 0
  printf '%s\n' "$mounts" | sort | while IFS= read -r point; do
    case $point in "$mount_home"/*) ;; *) continue ;; esac
    link=$home/${point#"$mount_home"/}
    # In a folder that is linked already.
    if [ "$(readlink -f "$link" 2>/dev/null || :)" = "$point" ]; then continue; fi
    if [ -e "$link" ] || [ -L "$link" ]; then mv "$link" "$link.$(date +%s)"; fi
    mkdir -p "${link%/*}"
    ln -s "$point" "$link"
  done
}

enter_workspace() {
  mkdir -p "$workspace"
  if [ "$uid" != 0 ] && ! is_mounted "$workspace"; then chown -h "$uid:$gid" "$workspace"; fi
  cd "$workspace" || fail "the workspace cannot be entered: $workspace"
}

become() {
  if [ "$uid" = 0 ]; then exec "$@"; fi
  # The one of busybox cannot change users.
  if setpriv --help 2>/dev/null | grep -q -e --reuid; then
    exec setpriv --reuid="$uid" --regid="$gid" --init-groups -- "$@"
  fi
  if has gosu; then exec gosu "$user" "$@"; fi
  if has su-exec; then exec su-exec "$user" "$@"; fi
  # shellcheck disable=SC2016 # expanded by the shell of the user
  if has su; then exec su -s /bin/sh -c 'exec "$@"' -- "$user" sh "$@"; fi
  fail "the image has none of setpriv, gosu, su-exec and su"
}

refuse_mounted_home
link_zone
if [ "$uid" = 0 ]; then
  mkdir -p "$home"
  link_mounts
else
  create_user
  fill_home
fi
enter_workspace
export HOME="$home" USER="$user" LOGNAME="$user" PATH="$home/.local/bin:$PATH"
if [ "${AICAGE_ENABLE_OSC52_CLIPBOARD:-}" = 1 ] && [ -d /opt/aicage/clipboard-shims ]; then
  export PATH="/opt/aicage/clipboard-shims:$PATH"
fi
become "$program" "$@"
