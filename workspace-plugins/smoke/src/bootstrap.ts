export const workFolder = "/work";
const treeFolder = `${workFolder}/tree`;

/** The last bytes of a whole output. */
export const trailer = "slipway-smoke: end\n";

/**
 * What the container runs, in plain sh: facts about the seal, then the command, then its outputs. Standard output
 * carries `name=value` lines, an empty line, a tar, the trailer; the command itself writes to standard error.
 * Parameters: umask, output patterns (a line each), the command and its arguments.
 */
export const bootstrap = `set -eu
fact() { printf '%s=%s\\n' "$1" "$2"; }

# Facts about the seal, each with a probe that must succeed beside one that must not.
names=
while IFS=: read -r name counters; do
  [ -z "$counters" ] || names="$names \${name##* }"
done </proc/net/dev
fact interfaces "\${names# }"
routes=0
while read -r interface rest; do
  [ "$interface" = Iface ] || routes=$((routes + 1))
done </proc/net/route
fact routes "$routes"
while read -r key value; do
  case $key in
    Uid: | Cap*: | NoNewPrivs: | Seccomp:) fact "\${key%:}" "$value" ;;
  esac
done </proc/self/status
while read -r device folder type options rest; do
  [ "$folder" != / ] || fact root "$options"
done </proc/mounts
writable() { if (: >"$1") 2>/dev/null; then echo yes; else echo no; fi; }
fact writeToRoot "$(writable /slipway-smoke-probe)"
fact writeToWork "$(writable ${workFolder}/probe)"
if [ -e /var/run/docker.sock ]; then fact engineSocket yes; else fact engineSocket no; fi

# The kernel counts each packet that had no route; a sealed program cannot take a count back.
attempts() {
  while read -r key values; do [ "$key" != Ip: ] || fact "$1.ip4" "$values"; done </proc/net/snmp
  [ ! -r /proc/net/snmp6 ] || while read -r key value; do
    [ "$key" != Ip6OutNoRoutes ] || fact "$1.ip6" "$value"
  done </proc/net/snmp6
}
attempts before

umask "$1"
patterns=$2
shift 2
mkdir -p ${workFolder}/home ${treeFolder}
cd ${treeFolder}
tar -xf -
status=0
"$@" </dev/null >&2 || status=$?
attempts after
fact status "$status"
set --
IFS='
'
for path in $patterns; do
  if [ -e "$path" ] || [ -L "$path" ]; then set -- "$@" "$path"; else fact missing "$path"; fi
done
unset IFS
echo
if [ "$status" -eq 0 ] && [ $# -gt 0 ]; then tar -cf - -- "$@"; fi
printf '${trailer.replace("\n", "\\n")}'
`;
