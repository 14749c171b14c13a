import { parse, satisfies, validRange } from "@renovatebot/pep440";

/** What of a requirement (PEP 508) stands behind the name. */
export type PythonRequirement = {
  /** Specifiers of PEP 440, `""` for any version. */
  readonly range: string;
  readonly marker: string | undefined;
};

/**
 * A constraint as PEP 508 has it: specifiers stay as they are written, and npm's and Poetry's shorthands are written out.
 * `undefined`: it is none of these.
 */
export function pythonRequirement(constraint: string): PythonRequirement | undefined {
  // A line of its own in a list of requirements could be an option of pip's.
  if (/\p{Cc}/u.test(constraint.trim())) return undefined;
  const [written, marker] = split(constraint);
  const parts = written.split(",").map((part) => specifierOf(part.trim()));
  const specifiers = parts.filter((part) => part !== undefined);
  if (specifiers.length < parts.length) return undefined;
  const range = specifiers.filter((part) => part !== "").join(",");
  if (range !== "" && !validRange(range)) return undefined;
  return marker === undefined || isMarker(marker) ? { range, marker } : undefined;
}

/** The same in one text. */
export function pythonRange(constraint: string): string | undefined {
  const requirement = pythonRequirement(constraint);
  if (requirement === undefined) return undefined;
  const { range, marker } = requirement;
  return marker === undefined ? range : `${range}; ${marker}`;
}

const variables =
  "python_version|python_full_version|os_name|sys_platform|platform_(?:release|system|version|machine|python_implementation)|implementation_(?:name|version)|extra";
const value = `(?:'[^']*'|"[^"]*"|${variables})`;
const comparison = new RegExp(
  `${value}\\s*(?:===?|[<>!~]=|[<>]|\\bin\\b|\\bnot\\s+in\\b)\\s*${value}`,
  "g",
);

/** Comparisons, joined by `and`, `or` and brackets. */
function isMarker(text: string): boolean {
  let rest = text.replaceAll(comparison, "C").replaceAll(/\s+/g, " ").trim();
  for (;;) {
    const shorter = rest.replace(/\( ?C ?\)|C ?\b(?:and|or)\b ?C/, "C");
    if (shorter === rest) return rest === "C";
    rest = shorter;
  }
}

/** Whether some version lies in all of the ranges, as far as the versions that they name can tell. */
export function pythonRangesMeet(ranges: readonly string[]): boolean {
  const all = ranges.filter((range) => range !== "");
  const named = all.flatMap((range) => range.match(/\d[\w!+]*(?:\.[\w!+]+)*/g) ?? []);
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
