import { isTame, regexOf } from "./glob-regex.ts";
import { parseGlob } from "./glob-syntax.ts";
import { matcherOf } from "./glob-table.ts";

/**
 * Matches paths with slashes, relative to the workspace, by code points: nothing is normalised. Patterns apply in order:
 * `!pattern` takes out what those before it let in, a later one lets in again. README.md, "Patterns", has the grammar.
 */
export function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const rules = patterns.map((pattern) => ({
    lets: !isNegative(pattern),
    matches: matcherOfGlob(bodyOf(pattern)),
  }));
  return (path) => rules.findLast((rule) => rule.matches(path))?.lets ?? false;
}

/** One whose braces, length or depth are past all reason. It matches nothing but itself. */
export function isTooLarge(pattern: string): boolean {
  return parseGlob(bodyOf(pattern)) === undefined;
}

function matcherOfGlob(glob: string): (path: string) => boolean {
  const parsed = parseGlob(glob);
  if (parsed === undefined) return (path) => path === glob;
  const { tame = [], wild = [] } = Object.groupBy(parsed, (one) => (isTame(one) ? "tame" : "wild"));
  const regex = tame.length > 0 ? regexOf(tame) : undefined;
  const others = wild.map(matcherOf);
  return (path) => regex?.test(path) === true || others.some((matches) => matches(path));
}

function bodyOf(pattern: string): string {
  return normalized(isNegative(pattern) ? pattern.slice(1) : pattern);
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
