import { Evaluator, Lexer, Parser, data } from "@actions/expressions";
import type { Before } from "./condition.ts";

/** JSON by the names of GitHub's contexts: github, inputs, vars, needs, env, steps. */
export type Contexts = { readonly [name: string]: unknown };

const statuses = ["success", "failure", "cancelled", "always"] as const;
const functions = [...statuses, "hashFiles"].map((name) => ({ name, minArgs: 0, maxArgs: 255 }));

export type Unreadable = { readonly problem: string };

/** Whether an `if` of GitHub lets its job or step run, by GitHub's own library. */
export function githubHolds(
  text: string | undefined,
  contexts: Contexts,
  before: Before & { readonly wasLeftOut: boolean },
): boolean | Unreadable {
  const { hasFailed, wasCancelled, isEnding, wasLeftOut } = before;
  const isWell = !hasFailed && !wasCancelled && !isEnding && !wasLeftOut;
  if (text === undefined) return isWell;
  const answers = { success: isWell, failure: hasFailed, cancelled: isEnding, always: true };
  const expression = /^\$\{\{([\s\S]*)\}\}$/.exec(text.trim())?.[1] ?? text;
  const value = evaluated(expression, contexts, (name) => answers[name]);
  if ("problem" in value) return value;
  // Without any of them in it, GitHub puts `success()` before it.
  const asks = statuses.some((name) => hasCall(expression, name));
  return isTrue(value) && (asks || isWell);
}

function hasCall(expression: string, name: string): boolean {
  const withoutTexts = expression.replaceAll(/'(?:[^']|'')*'/g, "''");
  return new RegExp(`(?<![\\w.-])${name}\\s*\\(`, "i").test(withoutTexts);
}

/** A text with `${{ }}` in it, as GitHub puts it in. */
export function githubText(text: string, contexts: Contexts): string | Unreadable {
  const parts: string[] = [];
  for (const part of text.split(/(\$\{\{(?:[^'}]|'[^']*'|\}(?!\}))*\}\})/)) {
    const isExpression = part.startsWith("${{") && part.endsWith("}}");
    const value = isExpression ? evaluated(part.slice(3, -2), contexts, () => false) : undefined;
    if (value !== undefined && "problem" in value) return value;
    parts.push(value?.coerceString() ?? part);
  }
  return parts.join("");
}

type Answer = (status: (typeof statuses)[number]) => boolean;

function evaluated(
  expression: string,
  contexts: Contexts,
  answer: Answer,
): data.ExpressionData | Unreadable {
  const calls = statuses.map((name) => ({
    name,
    minArgs: 0,
    maxArgs: 255,
    call: () => new data.BooleanData(answer(name)),
  }));
  const known = new data.Dictionary(
    ...Object.entries(contexts).map(([key, value]) => ({ key, value: dataOf(value) })),
  );
  try {
    const { tokens } = new Lexer(expression).lex();
    const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
    return new Evaluator(tree, known, new Map(calls.map((call) => [call.name, call]))).evaluate();
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** What was made of a table before: that of a job is asked for by all that need it. */
const made = new WeakMap<object, data.ExpressionData>();

function dataOf(value: unknown): data.ExpressionData {
  if (typeof value === "string") return new data.StringData(value);
  if (typeof value === "boolean") return new data.BooleanData(value);
  if (typeof value === "number") return new data.NumberData(value);
  if (typeof value !== "object" || value === null) return new data.Null();
  const before = made.get(value);
  if (before !== undefined) return before;
  const table = new data.Dictionary(
    ...Object.entries(value).map(([key, each]) => ({ key, value: dataOf(each) })),
  );
  made.set(value, table);
  return table;
}

function isTrue(value: data.ExpressionData): boolean {
  if (value.kind === data.Kind.String) return value.coerceString() !== "";
  if (value.kind === data.Kind.Null) return false;
  if (value.kind === data.Kind.Boolean || value.kind === data.Kind.Number) {
    const number = value.number();
    return number !== 0 && !Number.isNaN(number);
  }
  return true;
}
