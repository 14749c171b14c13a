/** A pattern of Go's `filepath.Match` over a whole text; `undefined` where the pattern is broken, which matches nothing. */
export type Glob = (text: string) => boolean;

/** What stands between two stars, and whether a star stands before it. */
type Chunk = { readonly isAfterStar: boolean; readonly takes: readonly Takes[] };
type Takes = (character: string) => boolean;

/**
 * `*` and `?` stay within a segment, `[ab]` and `[^a-z]` do not. Go looks for each chunk where it comes first and never
 * goes back, so this does too: what aigg ignores is ignored here, and nothing else.
 */
export function compileGlob(pattern: string): Glob | undefined {
  const chunks = chunksOf(pattern);
  return chunks === undefined ? undefined : (text) => matches(chunks, Array.from(text));
}

const element = String.raw`\\[^]|[^\\\]-]`;
const token = new RegExp(
  String.raw`\\(?<escaped>[^])|\[(?:(?<not>\^)|(?!\^))(?<set>(?:(?:${element})(?:-(?:${element}))?)+)\]|(?<stars>\*+)|[^\\[*]`,
  "guy",
);
const range = new RegExp(`(?<low>${element})(?:-(?<high>${element}))?`, "gu");

function chunksOf(pattern: string): readonly Chunk[] | undefined {
  const chunks: { isAfterStar: boolean; takes: Takes[] }[] = [{ isAfterStar: false, takes: [] }];
  let end = 0;
  for (const match of pattern.matchAll(token)) {
    end = match.index + match[0].length;
    if (match.groups?.["stars"] === undefined) chunks.at(-1)?.takes.push(takesOf(match));
    else chunks.push({ isAfterStar: true, takes: [] });
  }
  return end === pattern.length ? chunks : undefined;
}

function takesOf(match: RegExpExecArray): Takes {
  const { escaped, not, set } = match.groups ?? {};
  if (set !== undefined) return classOf(not !== undefined, set);
  if (escaped === undefined && match[0] === "?") return (character) => character !== "/";
  const literal = escaped ?? match[0];
  return (character) => character === literal;
}

function classOf(isNegated: boolean, set: string): Takes {
  const ranges = [...set.matchAll(range)].map(({ groups }) => {
    const low = codeOf(groups?.["low"] ?? "");
    return { low, high: groups?.["high"] === undefined ? low : codeOf(groups["high"]) };
  });
  return (character) => {
    const code = codeOf(character);
    return ranges.some(({ low, high }) => low <= code && code <= high) !== isNegated;
  };
}

/** Of one character, which may have a backslash before it. */
function codeOf(text: string): number {
  return (text.length > 1 && text.startsWith("\\") ? text.slice(1) : text).codePointAt(0) ?? 0;
}

function matches(chunks: readonly Chunk[], text: readonly string[]): boolean {
  let at = 0;
  for (const [number, chunk] of chunks.entries()) {
    const isLast = number === chunks.length - 1;
    if (isLast && chunk.isAfterStar && chunk.takes.length === 0) {
      return !text.slice(at).includes("/");
    }
    const end = endOf(chunk, text, at, isLast);
    if (end === undefined) return false;
    at = end;
  }
  return at === text.length;
}

/** Where the chunk ends that begins at `from`, or behind what its star takes; the last one ends with the text. */
function endOf(
  { isAfterStar, takes }: Chunk,
  text: readonly string[],
  from: number,
  isLast: boolean,
): number | undefined {
  for (let begin = from; begin <= text.length; begin += 1) {
    const end = begin + takes.length;
    const fits = end <= text.length && takes.every((take, at) => take(text[begin + at] ?? ""));
    if (fits && (!isLast || end === text.length)) return end;
    if (!isAfterStar || text[begin] === "/") return undefined;
  }
  return undefined;
}
