import { Lexer, Parser } from "@actions/expressions";
import type { ExprVisitor } from "@actions/expressions/ast";

/** An expression of GitHub Actions, without its brackets. */
export type Expression =
  | { readonly kind: "literal"; readonly value: string }
  | { readonly kind: "path"; readonly names: readonly string[] }
  | { readonly kind: "call"; readonly name: string; readonly of: readonly Expression[] }
  | { readonly kind: "not"; readonly of: Expression }
  | { readonly kind: "and" | "or"; readonly of: readonly Expression[] }
  | {
      readonly kind: "compare";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** An index or a filter. */
  | { readonly kind: "other" };

const contexts = [
  "github",
  "env",
  "vars",
  "job",
  "jobs",
  "steps",
  "runner",
  "secrets",
  "strategy",
  "matrix",
  "needs",
  "inputs",
];
const ownFunctions = [
  { name: "success", minArgs: 0, maxArgs: 0 },
  { name: "failure", minArgs: 0, maxArgs: 255 },
  { name: "always", minArgs: 0, maxArgs: 0 },
  { name: "cancelled", minArgs: 0, maxArgs: 0 },
  { name: "hashFiles", minArgs: 1, maxArgs: 255 },
];

/** `undefined` for what GitHub cannot read either. */
export function parseExpression(text: string): Expression | undefined {
  try {
    const { tokens } = new Lexer(text).lex();
    return new Parser(tokens, contexts, ownFunctions).parse().accept(visitor);
  } catch (error) {
    // The library throws errors of several kinds, for tokens, names and the grammar: all say the same.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

const visitor: ExprVisitor<Expression> = {
  visitLiteral: ({ literal }) => ({ kind: "literal", value: literal.coerceString() }),
  visitUnary: ({ expr }) => ({ kind: "not", of: expr.accept(visitor) }),
  visitBinary: ({ left, operator, right }) => ({
    kind: "compare",
    operator: operator.lexeme,
    left: left.accept(visitor),
    right: right.accept(visitor),
  }),
  visitLogical: ({ operator, args }) => ({
    kind: operator.lexeme === "&&" ? "and" : "or",
    of: args.map((each) => each.accept(visitor)),
  }),
  visitGrouping: ({ group }) => group.accept(visitor),
  visitContextAccess: ({ name }) => ({ kind: "path", names: [name.lexeme] }),
  visitIndexAccess: ({ expr, index }) => {
    const of = expr.accept(visitor);
    // A filter, `*`, has nothing to say.
    const at = "literal" in index ? index.accept(visitor) : undefined;
    return of.kind === "path" && at?.kind === "literal"
      ? { kind: "path", names: [...of.names, at.value] }
      : { kind: "other" };
  },
  visitFunctionCall: ({ functionName, args }) => ({
    kind: "call",
    name: functionName.lexeme,
    of: args.map((each) => each.accept(visitor)),
  }),
};

/** A text with `${{ }}` in it: what stands between them, and what is in them. */
export type TextPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "expression"; readonly source: string };

const bracketed = /\$\{\{((?:'(?:[^']|'')*'|(?!\}\})[^'])*)\}\}/g;

export function partsOf(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of text.matchAll(bracketed)) {
    if (match.index > at) parts.push({ kind: "text", text: text.slice(at, match.index) });
    parts.push({ kind: "expression", source: (match[1] ?? "").trim() });
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ kind: "text", text: text.slice(at) });
  return parts;
}
