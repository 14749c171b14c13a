import semver from "semver";

/** A constraint as a range of npm, `*` for any version. `undefined`: npm cannot say it. */
export function npmRange(constraint: string): string | undefined {
  const text = constraint.trim();
  if (text === "" || text === "latest") return "*";
  const parts = text.split(",").map((part) => part.trim());
  const range = parts.map(npmPart).join(" ");
  return parts.every((part) => !part.startsWith("!=")) && semver.validRange(range) !== null
    ? range
    : undefined;
}

/** The range of the versions that lie in all of these, or `undefined` where there is none. */
export function npmRangesTogether(ranges: readonly string[]): string | undefined {
  const distinct = [...new Set(ranges)].filter((range) => range !== "*");
  if (distinct.length <= 1) return distinct[0] ?? "*";
  const [first = [], ...others] = distinct.map(alternativesOf);
  const all = others.reduce(
    (left, right) => left.flatMap((one) => right.map((other) => `${one} ${other}`)),
    first,
  );
  const possible = all.filter((range) =>
    semver.intersects(range, "*", { includePrerelease: true }),
  );
  return possible.length === 0 ? undefined : possible.join(" || ");
}

/** What `||` stands between; `1 - 2` is written out, since nothing may stand beside it. */
function alternativesOf(range: string): readonly string[] {
  return range
    .split("||")
    .map((part) => part.trim())
    .map((part) => (/\s-\s/.test(part) ? new semver.Range(part).range : part));
}

function npmPart(part: string): string {
  if (part.startsWith("==")) return part.replace(/^={2,3}\s*/, "");
  const compatible = /^~=\s*(\d+(?:\.\d+)*)\.\d+$/.exec(part);
  if (compatible === null) return part;
  const numbers = (compatible[1] ?? "").split(".").map(Number);
  const next = [...numbers.slice(0, -1), (numbers.at(-1) ?? 0) + 1].join(".");
  return `>=${part.replace(/^~=\s*/, "")} <${next}`;
}
