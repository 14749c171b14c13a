/** How a program of a language says its version, and where machines keep others of it. */
export type Program = {
  /** node */
  readonly name: string;
  /** node --version */
  readonly version: string;
  /** Of the folder of tools that GitHub's machines have. */
  readonly toolFolder: string;
  /** An image that has the version, in which `VERSION` stands for it. */
  readonly image: string;
};

/**
 * Looks for the version in SLIPWAY_WANTED: on the path, among the tools of the machine, by mise. What it finds elsewhere can be put
 * on the path of later steps only where the machine offers a file for that.
 */
export function setupScript({ name, version, toolFolder, image }: Program): string {
  return `${matching}
version_of() { "$@" 2>/dev/null | sed -n '1s/^[^0-9]*\\([0-9][0-9.]*\\).*/\\1/p'; }
use() {
  if [ -n "\${GITHUB_PATH:-}" ]; then printf '%s\\n' "$1" >>"$GITHUB_PATH"
  elif [ -n "\${BASH_ENV:-}" ]; then printf 'export PATH="%s:$PATH"\\n' "$1" >>"$BASH_ENV"
  else return 1; fi
  echo "${name} $(version_of "$1/"${version}) of $1"
}
found=$(version_of ${version})
if matches "$found"; then
  echo "${name} $found"
  exit 0
fi
for folder in "\${RUNNER_TOOL_CACHE:-/opt/hostedtoolcache}/${toolFolder}"/*/*/bin; do
  if [ -x "$folder/${name}" ] && matches "$(version_of "$folder/"${version})" && use "$folder"; then exit 0; fi
done
if command -v mise >/dev/null 2>&1; then
  tool="${miseName(name)}@\${SLIPWAY_WANTED#>=}"
  mise install "$tool" && use "$(mise where "$tool")/bin" && exit 0
fi
echo "${name} $SLIPWAY_WANTED is wanted, and there is \${found:-none}." >&2
echo "Give the job an image that has it, such as ${image.replace("VERSION", "${SLIPWAY_WANTED#>=}")}, or a runner." >&2
exit 1
`;
}

function miseName(program: string): string {
  return program === "python3" ? "python" : program;
}

/** `matches 22.3.1`: whether it is as SLIPWAY_WANTED says, by its numbers; for a word such as `stable` any is. */
export const matching = `wanted=\${SLIPWAY_WANTED%%[!0-9.>=]*}
matches() {
  case $wanted in
    '') [ -n "$1" ] ;;
    '>='*)
      lower=\${wanted#>=}
      [ -n "$1" ] && [ "$(printf '%s\\n' "$lower" "$1" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$lower" ]
      ;;
    *) case $1 in "$wanted" | "$wanted".*) ;; *) return 1 ;; esac ;;
  esac
}`;
