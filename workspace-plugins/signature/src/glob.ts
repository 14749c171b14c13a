import { regexOfGlob } from "./glob-regex.ts";

/**
 * Matches paths with slashes, relative to the workspace, by code points: nothing is normalised. Patterns apply in order:
 * `!pattern` takes out what those before it let in, a later one lets in again. README.md, "Patterns", has the grammar.
 */
export function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const rules = patterns.map((pattern) => ({
    lets: !isNegative(pattern),
    regex: regexOfGlob(normalized(isNegative(pattern) ? pattern.slice(1) : pattern)),
  }));
  return (path) => rules.findLast((rule) => rule.regex.test(path))?.lets ?? false;
}

function isNegative(pattern: string): boolean {
  return pattern.startsWith("!");
}

/** The folder that all matches of a positive pattern lie in; `""` where they can be anywhere. */
export function folderOfPattern(pattern: string): string {
  const names = normalized(pattern).split("/").map(literalOf);
  const open = names.indexOf(undefined);
  return names.slice(0, open === -1 ? -1 : open).join("/");
}

/** The one path that a positive pattern without wildcards can match. */
export function literalPath(pattern: string): string | undefined {
  const names = normalized(pattern).split("/").map(literalOf);
  return names.includes(undefined) ? undefined : names.join("/");
}

/** A path as a pattern that matches it alone. */
export function escapeGlob(path: string): string {
  return path.replaceAll(/[\\*?[\]{}()!+@|^$]/g, String.raw`\$&`);
}

/** `x/` is all that is in the folder, `./x` is `x`. */
function normalized(pattern: string): string {
  return pattern.replace(/^(?:\.\/+)+/, "").replace(/\/+$/, "/**");
}

/** `undefined` for a segment that can match several names. */
function literalOf(segment: string): string | undefined {
  const isOpen = /[*?[{]|[+@!]\(/.test(segment.replaceAll(/\\./gs, ""));
  return isOpen ? undefined : segment.replaceAll(/\\(.)/gs, "$1");
}
