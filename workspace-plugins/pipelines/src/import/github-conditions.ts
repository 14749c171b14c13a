import { parseExpression } from "./github-expression.ts";
import type { Expression } from "./github-expression.ts";
import { sourceOf } from "./github-values.ts";

const events: Readonly<Record<string, string>> = {
  pull_request: "pull-request",
  workflow_dispatch: "manual",
  push: "push",
  schedule: "schedule",
};

/** `if` of a job or a step in the words of `cig.toml`. `undefined`: they cannot say it. */
export function importCondition(text: string): string | undefined {
  const source = /^\s*\$\{\{([^]*)\}\}\s*$/.exec(text)?.[1] ?? text;
  // Brackets in the middle: GitHub takes such a text for true.
  if (source.includes("${{")) return undefined;
  const expression = parseExpression(source.trim());
  return expression === undefined ? undefined : conditionOf(expression, 0);
}

/** `binding`: how close the operator around it binds: 0 none or `||`, 1 `&&`, 2 `!`. */
function conditionOf(expression: Expression, binding: number): string | undefined {
  switch (expression.kind) {
    case "and":
    case "or": {
      const own = expression.kind === "and" ? 1 : 0;
      const parts = expression.of.map((each) => conditionOf(each, own));
      if (parts.includes(undefined)) return undefined;
      const text = parts.join(own === 1 ? " && " : " || ");
      return binding > own ? `(${text})` : text;
    }
    case "not": {
      const of = conditionOf(expression.of, 2);
      return of === undefined ? undefined : `!${of}`;
    }
    case "call":
      return callOf(expression, binding);
    case "compare":
      return comparisonOf(expression, binding);
    case "path":
      return operandOf(expression);
    case "literal":
    case "other":
      return undefined;
  }
}

function callOf(
  { name, of }: Extract<Expression, { readonly kind: "call" }>,
  binding: number,
): string | undefined {
  if (of.length === 0) return `${name}()`;
  const [subject, prefix] = of;
  if (name.toLowerCase() !== "startswith" || prefix?.kind !== "literal") return undefined;
  if (/[*?[\]{}!]/.test(prefix.value)) return undefined;
  if (isPath(subject, "github", "ref")) return prefixOfRef(prefix.value);
  const operand = operandOf(subject);
  return operand === undefined
    ? undefined
    : bracketed(`${operand} matches ${quoted(`${prefix.value}**`)}`, binding);
}

function prefixOfRef(prefix: string): string | undefined {
  const [kind, name] = partsOfRef(prefix);
  if (kind === undefined || name === undefined) return undefined;
  return name === "" ? kind : `${kind} matches ${quoted(`${name}**`)}`;
}

function partsOfRef(ref: string): readonly ["branch" | "tag" | undefined, string | undefined] {
  const [, kind, name] = /^refs\/(heads|tags)\/(.*)$/.exec(ref) ?? [];
  return [kind === "heads" ? "branch" : kind === "tags" ? "tag" : undefined, name];
}

function comparisonOf(
  { operator, left, right }: Extract<Expression, { readonly kind: "compare" }>,
  binding: number,
): string | undefined {
  if (left.kind === "literal" && right.kind !== "literal") {
    return comparisonOf({ kind: "compare", operator, left: right, right: left }, binding);
  }
  if (right.kind !== "literal" || (operator !== "==" && operator !== "!=")) return undefined;
  const { value } = right;
  const isEqual = operator === "==";
  if (isPath(left, "github", "ref")) {
    const [kind, name = ""] = partsOfRef(value);
    return kind === undefined || name === ""
      ? undefined
      : bracketed(`${kind} ${operator} ${quoted(name)}`, binding);
  }
  if (isPath(left, "github", "ref_type")) {
    if (value !== "tag" && value !== "branch") return undefined;
    return (value === "tag") === isEqual ? "tag" : "!tag";
  }
  if (isPath(left, "github", "ref_name")) {
    const text = `branch == ${quoted(value)} || tag == ${quoted(value)}`;
    if (!isEqual) return `!(${text})`;
    return binding > 0 ? `(${text})` : text;
  }
  if (isPath(left, "github", "event_name")) {
    return bracketed(`event ${operator} ${quoted(events[value] ?? value)}`, binding);
  }
  const operand = operandOf(left);
  return operand === undefined
    ? undefined
    : bracketed(`${operand} ${operator} ${quoted(value)}`, binding);
}

/** `!` binds closer than a comparison. */
function bracketed(text: string, binding: number): string {
  return binding > 1 ? `(${text})` : text;
}

function operandOf(expression: Expression | undefined): string | undefined {
  const source = sourceOf(expression);
  if (source === undefined || source.kind === "text") return undefined;
  if (source.kind === "secret" || source.kind === "step") return undefined;
  return source.kind === "fact" ? source.name : `${source.kind}.${source.name}`;
}

function isPath(expression: Expression | undefined, ...names: readonly string[]): boolean {
  return expression?.kind === "path" && expression.names.join(" ") === names.join(" ");
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
