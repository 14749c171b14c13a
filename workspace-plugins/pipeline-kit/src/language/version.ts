/** What a file or an input says of a version: that one and all that begin with its numbers, or that one and all after it. */
export type Wanted = { readonly version: string; readonly isMinimum: boolean };

const comparison =
  /(?<operator>[<>]=?|[!=~]=|===|~>|\^|~|=)?\s*v?(?<version>\d+(?:\.\d+)*(?:[-.]?(?:alpha|beta|preview|pre|rc|a|b|p)[.-]?\d*)?)(?:\.[x*])*/gi;

/**
 * Of a range its lower end: what is above the upper one is refused by the tool that installs. `undefined` for what names no lowest
 * version: `stable`, `<21`.
 */
export function parseWanted(text: string): Wanted | undefined {
  if (!/^[\s,|"'*-]*$/.test(text.replaceAll(comparison, ""))) return undefined;
  const found = [...text.matchAll(comparison)].flatMap(({ groups }) => {
    const { operator = "", version = "" } = groups ?? {};
    return operator.startsWith("<") || operator === "!=" ? [] : [{ operator, version }];
  });
  const [lowest] = found.toSorted((a, b) => compareVersions(a.version, b.version));
  if (lowest === undefined) return undefined;
  const isExact = found.length === 1 && /^={0,3}$/.test(lowest.operator) && !text.includes("<");
  return { version: lowest.version, isMinimum: !isExact };
}

/** As it is told to people, and to the script that looks for it. */
export function describeWanted({ version, isMinimum }: Wanted): string {
  return isMinimum ? `>=${version}` : version;
}

function compareVersions(one: string, other: string): number {
  const ours = one.split(".").map((part) => Number.parseInt(part, 10));
  const theirs = other.split(".").map((part) => Number.parseInt(part, 10));
  const at = ours.findIndex((part, place) => part !== (theirs[place] ?? 0));
  return at === -1 ? ours.length - theirs.length : (ours[at] ?? 0) - (theirs[at] ?? 0);
}
