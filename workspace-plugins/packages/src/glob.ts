/**
 * A pattern over a whole slash-separated path. `*`, `?` and `[ab]` stay within a segment; `**` as a segment is any
 * number of them. `undefined` for a pattern that is broken, which then matches nothing.
 */
export function compileGlob(pattern: string): RegExp | undefined {
  const segments = pattern.split("/");
  const parts: string[] = [];
  for (const [at, segment] of segments.entries()) {
    const isLast = at === segments.length - 1;
    if (segment === "**") {
      parts.push(isLast ? ".+" : "(?:[^/]+/)*");
      continue;
    }
    const source = segmentSource(segment);
    if (source === undefined) return undefined;
    parts.push(isLast ? source : `${source}/`);
  }
  return new RegExp(`^${parts.join("")}$`, "su");
}

const token = /\\(?<escaped>.)|\[(?<not>\^?)(?<set>(?:\\.|[^\]\\])+)\]|\*+|\?|[^\\[*?]/gsuy;

function segmentSource(segment: string): string | undefined {
  let source = "";
  let end = 0;
  for (const match of segment.matchAll(token)) {
    end = match.index + match[0].length;
    source += tokenSource(match[0], match.groups ?? {});
  }
  return end === segment.length ? source : undefined;
}

function tokenSource(text: string, groups: Readonly<Record<string, string>>): string {
  const { escaped, not, set } = groups;
  if (escaped !== undefined) return RegExp.escape(escaped);
  if (set !== undefined) return `(?!/)[${not ?? ""}${classSource(set)}]`;
  if (text.startsWith("*")) return "[^/]*";
  return text === "?" ? "[^/]" : RegExp.escape(text);
}

/** The members of a class, with `-` kept as the sign of a range. */
function classSource(set: string): string {
  return set.replaceAll(/\\(.)|([^-])/gsu, (_, escaped?: string, plain?: string) =>
    RegExp.escape(escaped ?? plain ?? ""),
  );
}
