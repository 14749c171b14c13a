import { placesIn } from "./places.ts";
import type { LineColumn } from "./places.ts";

export type Token = LineColumn & {
  readonly kind: "word" | "string" | "sign";
  readonly text: string;
};

/** The three kinds of tokens are sticky patterns; none may be slow on any text, and `sign` has to match all else. */
export type Grammar = {
  /** Where the white space and the comments end that begin at an offset. */
  readonly behindSpace: (text: string, at: number) => number;
  readonly string: RegExp;
  readonly word: RegExp;
  readonly sign: RegExp;
};

/** The tokens of a source text, as they are asked for. */
export function* tokensOf(text: string, grammar: Grammar): Generator<Token, undefined> {
  const placeOf = placesIn(text);
  for (let at = grammar.behindSpace(text, 0); at < text.length;) {
    const token = tokenAt(text, at, grammar);
    yield { ...token, ...placeOf(at) };
    at = grammar.behindSpace(text, at + token.text.length);
  }
  return undefined;
}

function tokenAt(text: string, at: number, grammar: Grammar): Pick<Token, "kind" | "text"> {
  for (const kind of ["string", "word", "sign"] as const) {
    const end = matchEnd(grammar[kind], text, at);
    if (end > at) return { kind, text: text.slice(at, end) };
  }
  throw new Error("internal: a sign that no grammar knows");
}

/** Behind white space, `//` and block comments from `at` on; in Rust these nest. */
export function behindComments(text: string, at: number, isNesting: boolean): number {
  let end = at;
  for (;;) {
    const begun = end;
    end = matchEnd(/\s*/y, text, end);
    if (text.startsWith("//", end)) end = matchEnd(/[^\n]*/y, text, end);
    if (text.startsWith("/*", end)) end = behindBlock(text, end + 2, isNesting);
    if (end === begun) return end;
  }
}

function behindBlock(text: string, at: number, isNesting: boolean): number {
  const mark = isNesting ? /\/\*|\*\//g : /\*\//g;
  mark.lastIndex = at;
  for (let depth = 1; depth > 0;) {
    const found = mark.exec(text);
    if (found === null) return text.length;
    depth += found[0] === "*/" ? -1 : 1;
  }
  return mark.lastIndex;
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 0);
}
