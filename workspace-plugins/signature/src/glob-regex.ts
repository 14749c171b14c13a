/** More alternatives than this are nobody's intention: then the braces stand for themselves. */
const mostAlternatives = 1000;

/** The whole of a path has to match. */
export function regexOfGlob(glob: string): RegExp {
  const sources = expandBraces(Array.from(glob)).map((chars) => sourceOf(parse(chars), ""));
  return new RegExp(`^(?:${sources.join("|")})$`, "su");
}

type Chars = readonly string[];

/** As a shell does it: before anything else has a meaning. */
function expandBraces(chars: Chars): readonly Chars[] {
  const closers = closersOf(chars);
  const open = chars.findIndex((char, at) => char === "{" && closers.has(at));
  const close = closers.get(open);
  if (close === undefined) return [chars];
  const middles = splitAt(chars.slice(open + 1, close), ",").flatMap(expandBraces);
  const tails = expandBraces(chars.slice(close + 1));
  if (middles.length * tails.length > mostAlternatives) {
    return [chars.flatMap((char) => (char === "{" ? ["\\", char] : [char]))];
  }
  const head = chars.slice(0, open);
  return middles.flatMap((middle) => tails.map((tail) => [...head, ...middle, ...tail]));
}

/** The place of the end of each `[…]`, `{…}` and `x(…)`, by the place of its beginning. One without an end has none. */
function closersOf(chars: Chars): ReadonlyMap<number, number> {
  const closers = new Map<number, number>();
  const waiting: { readonly at: number; readonly closer: string }[] = [];
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] ?? "";
    if (char === "\\") at += 1;
    else if (char === "[") {
      const end = endOfClass(chars, at);
      if (end === undefined) continue;
      closers.set(at, end);
      at = end;
    } else if (char === "{") waiting.push({ at, closer: "}" });
    else if (char === "(" && isOperator(chars[at - 1])) waiting.push({ at, closer: ")" });
    else {
      const opened = waiting.findLastIndex(({ closer }) => closer === char);
      if (opened === -1) continue;
      closers.set(waiting[opened]?.at ?? 0, at);
      waiting.length = opened;
    }
  }
  return closers;
}

function isOperator(char: string | undefined): boolean {
  return char !== undefined && char in quantifiers;
}

function endOfClass(chars: Chars, open: number): number | undefined {
  let at = open + 1;
  if (chars[at] === "!" || chars[at] === "^") at += 1;
  // A bracket that comes first is one of the characters.
  if (chars[at] === "]") at += 1;
  for (; at < chars.length && chars[at] !== "/"; at += 1) {
    if (chars[at] === "]") return at;
    if (chars[at] === "\\") at += 1;
    else if (chars[at] === "[" && chars[at + 1] === ":") at = endOfNamed(chars, at) ?? at;
  }
  return undefined;
}

/** The bracket at the end of `[:alpha:]`. */
function endOfNamed(chars: Chars, open: number): number | undefined {
  const close = chars.findIndex((char, at) => at > open + 2 && char === "]");
  return chars[close - 1] === ":" ? close : undefined;
}

/** At the separators that lie in no bracket. */
function splitAt(chars: Chars, separator: string): readonly Chars[] {
  const closers = closersOf(chars);
  const parts: string[][] = [[]];
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] ?? "";
    const end = char === "\\" ? at + 1 : (closers.get(at) ?? at);
    if (char === separator) parts.push([]);
    else parts.at(-1)?.push(...chars.slice(at, end + 1));
    at = end;
  }
  return parts;
}

/** What a bracketed group may be preceded by, and how often it is taken then. */
const quantifiers = { "@": "", "?": "?", "*": "*", "+": "+", "!": "" } as const;
type Operator = keyof typeof quantifiers;

type Token =
  /** Matches the same whatever is beside it. */
  | { readonly kind: "plain"; readonly source: string }
  | { readonly kind: "separator" | "any-segments" }
  | {
      readonly kind: "group";
      readonly operator: Operator;
      readonly alternatives: readonly (readonly Token[])[];
    };

function parse(chars: Chars): readonly Token[] {
  const closers = closersOf(chars);
  const tokens: Token[] = [];
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] ?? "";
    const close = closers.get(at);
    const groupEnd = isOperator(char) ? closers.get(at + 1) : undefined;
    if (groupEnd !== undefined && chars[at + 1] === "(") {
      const inner = chars.slice(at + 2, groupEnd);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- isOperator has just said so
      const operator = char as Operator;
      tokens.push({ kind: "group", operator, alternatives: splitAt(inner, "|").map(parse) });
      at = groupEnd;
    } else if (char === "[" && close !== undefined) {
      tokens.push(plain(classSource(chars.slice(at + 1, close))));
      at = close;
    } else if (char === "*") {
      const end = endOfStars(chars, at);
      const isSegment = isBoundary(chars[at - 1]) && isBoundary(chars[end + 1]) && end === at + 1;
      // Beside another one it adds nothing.
      if (isSegment && tokens.at(-2)?.kind === "any-segments") tokens.pop();
      else tokens.push(isSegment ? { kind: "any-segments" } : plain("[^/]*"));
      at = end;
    } else if (char === "?") tokens.push(plain("[^/]"));
    else if (char === "/") tokens.push({ kind: "separator" });
    else {
      if (char === "\\" && at + 1 < chars.length) at += 1;
      tokens.push(plain(escaped(chars[at] ?? "")));
    }
  }
  return tokens;
}

function plain(source: string): Token {
  return { kind: "plain", source };
}

function isBoundary(char: string | undefined): boolean {
  return char === undefined || char === "/";
}

/** The last star of a run; one that begins a group is not of it. */
function endOfStars(chars: Chars, from: number): number {
  let end = from;
  while (chars[end + 1] === "*" && chars[end + 2] !== "(") end += 1;
  return end;
}

/** `rest` is what follows: `!(…)` looks at it. Written from the end, since each token may have to know its tail. */
function sourceOf(tokens: readonly Token[], rest: string): string {
  let source = "";
  for (let at = tokens.length - 1; at >= 0; at -= 1) {
    const token = tokens[at];
    if (token?.kind === "plain") source = token.source + source;
    else if (token?.kind === "separator") source = `/${source}`;
    else if (token?.kind === "group") source = groupSource(token, source + rest) + source;
    else if (tokens[at + 1]?.kind === "separator") source = `(?:[^/]+/)*${source.slice(1)}`;
    else source = ".+";
  }
  return source;
}

function groupSource(
  { operator, alternatives }: Extract<Token, { kind: "group" }>,
  tail: string,
): string {
  const choice = `(?:${alternatives.map((tokens) => sourceOf(tokens, "")).join("|")})`;
  return operator === "!" ? `(?!${choice}${tail}$)[^/]*` : choice + quantifiers[operator];
}

/** Of ASCII, as in the C locale. */
const namedClasses: Readonly<Record<string, string>> = {
  alnum: "a-zA-Z0-9",
  alpha: "a-zA-Z",
  blank: String.raw` \t`,
  digit: "0-9",
  lower: "a-z",
  punct: String.raw`!-\/:-@\[-\`{-~`,
  space: String.raw`\s`,
  upper: "A-Z",
  xdigit: "0-9a-fA-F",
};

function classSource(chars: Chars): string {
  const isNegated = chars[0] === "!" || chars[0] === "^";
  let members = "";
  for (let at = isNegated ? 1 : 0; at < chars.length; at += 1) {
    const namedEnd = chars[at] === "[" && chars[at + 1] === ":" ? endOfNamed(chars, at) : undefined;
    if (namedEnd !== undefined) {
      members += namedClasses[chars.slice(at + 2, namedEnd - 1).join("")] ?? "";
      at = namedEnd;
      continue;
    }
    if (chars[at] === "\\" && at + 1 < chars.length) at += 1;
    const from = chars[at] ?? "";
    const to = chars[at + 1] === "-" ? chars[at + 2] : undefined;
    if (to !== undefined) at += 2;
    members += rangeSource(from, to ?? from);
  }
  if (isNegated) return `[^/${members}]`;
  return members === "" ? "(?!)" : `(?!/)[${members}]`;
}

/** None from a later to an earlier character. */
function rangeSource(from: string, to: string): string {
  if ((from.codePointAt(0) ?? 0) > (to.codePointAt(0) ?? 0)) return "";
  return from === to ? escapedInClass(from) : `${escapedInClass(from)}-${escapedInClass(to)}`;
}

function escaped(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/]/, String.raw`\$&`);
}

function escapedInClass(char: string): string {
  return char.replace(/[\\^\]/[-]/, String.raw`\$&`);
}
