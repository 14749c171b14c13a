import type { Wanted } from "./version.ts";

/** How a program of a language says its version, and what has it. */
export type Program = {
  /** node */
  readonly name: string;
  /** node --version */
  readonly version: string;
  /** The name of an image that has each version as its tag. */
  readonly image: string;
};

/** For a POSIX shell: fails where the version is not that in SLIPWAY_WANTED. */
export function checkVersion({ name, version, image }: Program): (wanted: Wanted) => string {
  return (
    wanted,
  ) => `have=$(${version} 2>/dev/null | sed -n '1s/^[^0-9]*\\([0-9][0-9.]*\\).*/\\1/p')
${fits(wanted)} exit 0${wanted.isMinimum ? "" : " ;; esac"}
echo "${name} $SLIPWAY_WANTED${wanted.isMinimum ? " or newer" : ""} is wanted, and there is \${have:-none}." >&2
echo "Give the job an image that has it, such as ${image}:$SLIPWAY_WANTED, or a runner." >&2
exit 1
`;
}

/** Of a word such as `stable` any version is. */
function fits({ version, isMinimum }: Wanted): string {
  if (isMinimum) {
    const sorted = `printf '%s\\n' "$SLIPWAY_WANTED" "$have" | sort -t. -k1,1n -k2,2n -k3,3n`;
    return `[ "$(${sorted} | head -n 1)" = "$SLIPWAY_WANTED" ] &&`;
  }
  return numbersOf(version) === ""
    ? "case $have in ?*)"
    : 'case $have in "$SLIPWAY_WANTED" | "$SLIPWAY_WANTED".*)';
}

/** What the check reads: by these numbers, whether or not it is released. */
export function variablesOfCheck({ version }: Wanted): Readonly<Record<string, string>> {
  return { SLIPWAY_WANTED: numbersOf(version) || version };
}

function numbersOf(version: string): string {
  return /^[\d.]*/.exec(version)?.[0] ?? "";
}
