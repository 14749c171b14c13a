/** For a POSIX shell. `$place` is where all of one cache are, `$key` the one of the files as they are. */
function begin(functions: string, isOfPlatform: boolean): string {
  return `set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sum() { if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -c1-64; }
place=$SLIPWAY_CACHE_PLACE${isOfPlatform ? "/$(uname -s)-$(uname -m)" : ""}
key=$(printf '%s\\n' "$SLIPWAY_CACHE_FILES" | while IFS= read -r one; do
  printf '%s ' "$one"
  if [ -f "$one" ]; then sum <"$one"; else echo; fi
done | sum)
${functions}`;
}

/** The cache of these files, else the one that was kept last. */
export function restoreScript(functions: string, isOfPlatform: boolean): string {
  return `${begin(functions, isOfPlatform)}
if ! has "$place/$key.tar"; then
  if ! has "$place/latest"; then
    echo "nothing is kept in $place"
    exit 0
  fi
  get "$place/latest" "$folder/latest"
  key=$(cat "$folder/latest")
fi
get "$place/$key.tar" "$folder/all.tar"
tar -xf "$folder/all.tar" -C "$folder"
tar -xzf "$folder/home.tgz" -C "$HOME"
tar -xzf "$folder/work.tgz"
echo "restored $place/$key"
`;
}

/** What is kept under a key stays as it is. */
export function saveScript(functions: string, isOfPlatform: boolean): string {
  return `${begin(functions, isOfPlatform)}
if has "$place/$key.tar"; then
  echo "$place/$key is kept already"
  exit 0
fi
: >"$folder/home"
: >"$folder/work"
printf '%s\\n' "$SLIPWAY_CACHE_PATHS" | while IFS= read -r one; do
  case $one in
    [~]/*) if [ -e "$HOME/\${one#[~]/}" ]; then printf '%s\\n' "\${one#[~]/}" >>"$folder/home"; fi ;;
    *) if [ -e "$one" ]; then printf '%s\\n' "$one" >>"$folder/work"; fi ;;
  esac
done
tar -czf "$folder/home.tgz" -C "$HOME" -T "$folder/home"
tar -czf "$folder/work.tgz" -T "$folder/work"
tar -cf "$folder/all.tar" -C "$folder" home.tgz work.tgz
put "$folder/all.tar" "$place/$key.tar"
printf '%s' "$key" >"$folder/latest"
put "$folder/latest" "$place/latest"
echo "kept $place/$key"
`;
}
