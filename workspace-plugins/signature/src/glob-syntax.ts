/** More than this is nobody's intention, and would cost time and memory without bound. */
const most = { alternatives: 1000, characters: 4096, nesting: 20 } as const;

export type Token =
  /** One character, as a regular expression that matches the same whatever is beside it. */
  | { readonly kind: "plain"; readonly source: string }
  | { readonly kind: "separator" | "star" | "any-segments" }
  | Group;

export type Group = {
  readonly kind: "group";
  readonly operator: Operator;
  readonly alternatives: readonly Tokens[];
};

export type Tokens = readonly Token[];

/** What a bracketed group may be preceded by. */
export type Operator = keyof typeof quantifiers;

/** How often a group is taken, as a regular expression has it. */
export const quantifiers = { "@": "", "?": "?", "*": "*", "+": "+", "!": "" } as const;

/** Each way that the braces of a pattern can be taken. `undefined`: it is too large. */
export function parseGlob(glob: string): readonly Tokens[] | undefined {
  if (glob.length > most.characters) return undefined;
  const chars = Array.from(glob);
  if (nestingOf(chars) > most.nesting) return undefined;
  return expandBraces(chars)?.map(parse);
}

type Chars = readonly string[];

function nestingOf(chars: Chars): number {
  const ends = [...closersOf(chars)].filter(([open]) => chars[open] !== "[");
  const steps = ends.flatMap(([open, close]) => [[open, 1] as const, [close, -1] as const]);
  let depth = 0;
  let deepest = 0;
  for (const [, step] of steps.toSorted(([a], [b]) => a - b)) {
    depth += step;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** As a shell does it: before anything else has a meaning. */
function expandBraces(chars: Chars): readonly Chars[] | undefined {
  const closers = closersOf(chars);
  const open = chars.findIndex((char, at) => char === "{" && closers.has(at));
  const close = closers.get(open);
  if (close === undefined) return [chars];
  const head = chars.slice(0, open);
  const middles = splitAt(chars.slice(open + 1, close), ",").map(expandBraces);
  const tails = expandBraces(chars.slice(close + 1));
  const found: Chars[] = [];
  for (const middle of middles) {
    if (middle === undefined || tails === undefined) return undefined;
    if (found.length + middle.length * tails.length > most.alternatives) return undefined;
    found.push(...middle.flatMap((one) => tails.map((tail) => [...head, ...one, ...tail])));
  }
  return found;
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
      else tokens.push({ kind: isSegment ? "any-segments" : "star" });
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
