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

/** Whether some version lies in all of the ranges. */
export function npmRangesMeet(ranges: readonly string[]): boolean {
  return ranges.every((range, at) =>
    ranges.slice(at + 1).every((other) => semver.intersects(range, other)),
  );
}

function npmPart(part: string): string {
  if (part.startsWith("==")) return part.replace(/^={2,3}\s*/, "");
  const compatible = /^~=\s*(\d+(?:\.\d+)*)\.\d+$/.exec(part);
  if (compatible === null) return part;
  const numbers = (compatible[1] ?? "").split(".").map(Number);
  const next = [...numbers.slice(0, -1), (numbers.at(-1) ?? 0) + 1].join(".");
  return `>=${part.replace(/^~=\s*/, "")} <${next}`;
}
