import { quantifiers } from "./glob-syntax.ts";
import type { Group, Tokens } from "./glob-syntax.ts";

/** Of patterns of which `isTame` says that this costs no more than their size. The whole of a path has to match. */
export function regexOf(alternatives: readonly Tokens[]): RegExp {
  const sources = alternatives.map((tokens) => sourceOf(tokens, ""));
  return new RegExp(`^(?:${sources.join("|")})$`, "su");
}

/** So many ways to divide a name, and a path, are tried soon enough. */
const most = { starsInName: 3, anySegments: 2, negations: 1 } as const;

/** Whether no path can make a regular expression of this try for long: what repeats can be divided in one way, or in few. */
export function isTame(tokens: Tokens): boolean {
  const { anySegments, negations } = countsOf(tokens);
  if (anySegments > most.anySegments || negations > most.negations) return false;
  let stars = 0;
  for (const token of tokens) {
    if (token.kind === "separator") stars = 0;
    if (token.kind === "star") stars += 1;
    if (token.kind === "group") {
      if (!isTameGroup(token)) return false;
      const isOpen = token.operator !== "@" && token.operator !== "?";
      stars += token.alternatives.reduce((sum, one) => sum + countsOf(one).stars, isOpen ? 1 : 0);
    }
    if (stars > most.starsInName) return false;
  }
  return true;
}

type Counts = { readonly stars: number; readonly anySegments: number; readonly negations: number };

function countsOf(tokens: Tokens): Counts {
  const count = (kind: string): number => tokens.filter((token) => token.kind === kind).length;
  const groups = tokens.filter((token) => token.kind === "group");
  return {
    stars: count("star"),
    anySegments: count("any-segments"),
    negations: groups.filter(({ operator }) => operator === "!").length,
  };
}

/** One within another is not; what repeats begins differently in each alternative, or has one alone. */
function isTameGroup({ operator, alternatives }: Group): boolean {
  if (alternatives.flat().some(({ kind }) => kind === "group" || kind === "any-segments"))
    return false;
  if (operator !== "+" && operator !== "*") return true;
  if (alternatives.flat().some(({ kind }) => kind === "star")) return false;
  if (alternatives.length === 1) return true;
  const beginnings = alternatives.map(([first]) => literalOf(first));
  return !beginnings.includes(undefined) && new Set(beginnings).size === beginnings.length;
}

/** The source of a character that stands for itself. */
function literalOf(token: Tokens[number] | undefined): string | undefined {
  return token?.kind === "plain" && /^\\?.$/su.test(token.source) ? token.source : undefined;
}

/** `rest` is what follows: `!(…)` looks at it. Written from the end, since each token may have to know its tail. */
function sourceOf(tokens: Tokens, rest: string): string {
  let source = "";
  for (let at = tokens.length - 1; at >= 0; at -= 1) {
    const token = tokens[at];
    if (token?.kind === "plain") source = token.source + source;
    else if (token?.kind === "star") source = `[^/]*${source}`;
    else if (token?.kind === "separator") source = `/${source}`;
    else if (token?.kind === "group") source = groupSource(token, source + rest) + source;
    else if (tokens[at + 1]?.kind === "separator") source = `(?:[^/]+/)*${source.slice(1)}`;
    else source = ".+";
  }
  return source;
}

function groupSource({ operator, alternatives }: Group, tail: string): string {
  const choice = `(?:${alternatives.map((tokens) => sourceOf(tokens, "")).join("|")})`;
  return operator === "!" ? `(?!${choice}${tail}$)[^/]*` : choice + quantifiers[operator];
}
