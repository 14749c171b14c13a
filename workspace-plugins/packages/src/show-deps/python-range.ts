import { parse, satisfies, validRange } from "@renovatebot/pep440";

/**
 * A constraint as a version specifier of PEP 440, `""` for any version: what is one already stays as it is written, and
 * npm's and Poetry's shorthands are written out. `undefined`: it is none of these.
 */
export function pythonRange(constraint: string): string | undefined {
  // A line of its own in a list of requirements could be an option of pip's.
  if (/\p{Cc}/u.test(constraint.trim())) return undefined;
  const [range, marker] = split(constraint);
  const parts = range.split(",").map((part) => specifierOf(part.trim()));
  const specifiers = parts.filter((part) => part !== undefined);
  if (specifiers.length < parts.length) return undefined;
  const written = specifiers.filter((part) => part !== "").join(",");
  if (written !== "" && !validRange(written)) return undefined;
  return marker === undefined ? written : `${written}; ${marker}`;
}

/** Whether some version lies in all of the ranges, as far as the versions that they name can tell. */
export function pythonRangesMeet(ranges: readonly string[]): boolean {
  const all = ranges.map((range) => split(range)[0]).filter((range) => range !== "");
  const named = all.flatMap((range) => range.match(/\d[\w.!+]*/g) ?? []);
  const near = named.flatMap((version) => [version, `${version}.0.0.1`, `${version}.1`]);
  const tried = ["0", "0.0.0.1", "999999", ...near].filter((version) => parse(version) !== null);
  return tried.some((version) =>
    all.every((range) => satisfies(version, range, { prereleases: true })),
  );
}

/** The range, and the environment marker behind it (PEP 508). */
function split(constraint: string): readonly [string, string?] {
  const at = constraint.indexOf(";");
  if (at === -1) return [constraint.trim()];
  return [constraint.slice(0, at).trim(), constraint.slice(at + 1).trim()];
}

function specifierOf(part: string): string | undefined {
  if (part === "" || part === "*" || part === "latest") return "";
  const short = /^(\^|~(?!=))\s*v?(\d+(?:\.\d+)*)$/.exec(part);
  if (short !== null) return writtenOut(short[1] === "^", short[2] ?? "");
  if (/^\d+(?:\.\d+)*\.[*x]$/.test(part)) return `==${part.replace(/x$/, "*")}`;
  return /^[\dv]/.test(part) ? `==${part.replace(/^v/, "")}` : part;
}

/** `^` lets everything change behind the first number that is not zero, `~` behind the second number. */
function writtenOut(isCaret: boolean, version: string): string {
  const numbers = version.split(".").map(Number);
  const firstSet = numbers.findIndex((number) => number !== 0);
  const last = numbers.length - 1;
  const raised = isCaret ? (firstSet === -1 ? last : firstSet) : Math.min(1, last);
  const next = numbers
    .slice(0, raised + 1)
    .map((number, at) => (at === raised ? number + 1 : number));
  return `>=${version},<${next.join(".")}`;
}
