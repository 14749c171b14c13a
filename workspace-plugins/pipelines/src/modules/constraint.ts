// One function each: all of the library is 47 files.
import parse from "semver/functions/parse.js";
import rcompare from "semver/functions/rcompare.js";
import satisfies from "semver/functions/satisfies.js";
import validRange from "semver/ranges/valid.js";

/** Three numbers, and what they are before if they are not released: `1.2.3`, `2.0.0-rc.1`. */
export type Version = string & { readonly __brand: "Version" };

/** Which versions are let in. */
export type Constraint = {
  /** As it is written. */
  readonly text: string;
  /** As the library has it. */
  readonly range: string;
};

/** `column` counts from 1. */
export type TextProblem = { readonly message: string; readonly column: number };

/** Lets in all that is released. */
export const anyVersion: Constraint = { text: "*", range: "*" };

const longest = 200;

/** The text is the only one for its version: what is signed and locked under it must not have another spelling. */
export function isVersion(text: string): text is Version {
  return text.length <= longest && parse(text)?.version === text;
}

export function parseVersion(text: string): Version | undefined {
  return isVersion(text) ? text : undefined;
}

const part = /^(?<operator>>=|<=|[=<>~^])?\s*(?<version>\S+)$/;
const partial = /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){0,2}$/;

/**
 * `1.0` and `1.2.3` are exactly those, `~1.2` lets in its patches, `^1.0` its minor versions too; several are divided by
 * commas, and all hold. What is not released is let in by a part that names it.
 */
export function parseConstraint(text: string): Constraint | TextProblem {
  if (text.length > longest)
    return { message: `a constraint has ${longest} characters at most`, column: 1 };
  const ranges: string[] = [];
  let column = 1;
  for (const written of text.split(",")) {
    const range = rangeOf(written.trim());
    if (typeof range !== "string") {
      const before = written.length - written.trimStart().length;
      return { message: range.message, column: column + before };
    }
    ranges.push(range);
    column += written.length + 1;
  }
  const range = ranges.join(" ");
  // The library would take numbers that it cannot hold for no version at all.
  return validRange(range) === null
    ? { message: `${text} holds a number that is too large`, column: 1 }
    : { text, range };
}

function rangeOf(text: string): string | { readonly message: string } {
  if (text === "") return { message: "a version is missing: 1.0, >=1.1, ~1.2 or ^1.0" };
  if (text === "*") return text;
  const { operator = "=", version = "" } = part.exec(text)?.groups ?? {};
  const isPartial = partial.test(version);
  if (!isPartial && !isVersion(version)) {
    return { message: `${text} is no constraint: 1.0, >=1.1, ~1.2 or ^1.0` };
  }
  if (operator === "~" && !version.includes(".")) {
    return { message: `${text} does not say of which minor version: ~${version}.0` };
  }
  // Of what is not said any will do: ^0 is all before 1.0, and ^0.0.0 that one alone.
  if (operator === "^") return `^${version}`;
  return `${operator}${isPartial ? threeNumbers(version) : version}`;
}

function threeNumbers(version: string): string {
  return [...version.split("."), "0", "0"].slice(0, 3).join(".");
}

export function allows({ range }: Constraint, version: Version): boolean {
  return satisfies(version, range);
}

/** The highest first. */
export function inDescendingOrder(versions: readonly Version[]): readonly Version[] {
  return versions.toSorted((a, b) => rcompare(a, b));
}
