import picomatch from "picomatch";

const grammar = { dot: true, nonegate: true } as const;

/**
 * Matches paths relative to the workspace. `*` and `?` stay within a segment, `**` as a whole segment is any number of
 * them and none (so a leading one also matches at the root), `{a,b}` and `[ab]` choose, a name that begins with a dot is like any
 * other. Patterns apply in order: `!pattern` takes out what those before it let in, a later one lets in again.
 */
export function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const rules = patterns.map((pattern) => ({
    lets: !pattern.startsWith("!"),
    matches: picomatch(pattern.replace(/^!/, ""), grammar),
  }));
  return (path) => rules.findLast((rule) => rule.matches(path))?.lets ?? false;
}

/** The folder that all matches lie under, `""` where that can be any. */
export function folderOfPattern(pattern: string): string {
  const segments = pattern.split("/");
  const firstOpen = segments.findIndex((segment) =>
    /[*?[\]{}()!+@|]/.test(segment.replaceAll(/\\./g, "")),
  );
  const fixed = segments.slice(0, firstOpen === -1 ? -1 : firstOpen);
  return fixed.join("/").replaceAll(/\\(.)/g, "$1");
}

/** A path as a pattern that matches it alone. */
export function escapeGlob(path: string): string {
  return path.replaceAll(/[\\*?[\]{}()!+@|^$]/g, String.raw`\$&`);
}
