import { Comparison_Operator, Fact } from "@slipway/pipeline-sdk/graph";
import type { Comparison, Condition, Value } from "@slipway/pipeline-sdk/graph";
import { unknown } from "./unknown.ts";

/** https://buildkite.com/docs/pipelines/configure/conditionals: decided when the steps are uploaded. */
export const atUpload = {
  isPullRequest: "build.pull_request.id != null",
  isNoPullRequest: "build.pull_request.id == null",
  isQueue: "build.merge_queue.base_branch != null",
  isNoQueue: "build.merge_queue.base_branch == null",
  isTag: "build.tag != null",
  isNoTag: "build.tag == null",
} as const;

/** A text is one comparison, or in brackets. */
export type Expression = string | { readonly by: "&&" | "||"; readonly of: readonly Expression[] };

export function all(...of: readonly Expression[]): Expression {
  return joined("&&", of);
}

export function any(...of: readonly Expression[]): Expression {
  return joined("||", of);
}

export function not(expression: Expression): Expression {
  return `!(${expressionText(expression)})`;
}

/** What is joined alike is one list, in which nothing is said twice. */
function joined(by: "&&" | "||", of: readonly Expression[]): Expression {
  const flat = of.flatMap((one) => (typeof one === "object" && one.by === by ? one.of : [one]));
  const texts = new Map(flat.map((one) => [expressionText(one), one] as const));
  const parts = [...texts.values()];
  const [only] = parts;
  if (only === undefined) return String(by === "&&");
  return parts.length === 1 ? only : { by, of: parts };
}

export function expressionText(expression: Expression): string {
  if (typeof expression === "string") return expression;
  return expression.of
    .map((one) => (typeof one === "string" ? one : `(${expressionText(one)})`))
    .join(` ${expression.by} `);
}

/** A build that a person starts again is a manual one: of what its first time was, nothing tells. */
const isTold = 'build.source == "webhook"';

export const eventExpressions = {
  push: all(isTold, atUpload.isNoPullRequest, atUpload.isNoQueue),
  "pull-request": all(isTold, atUpload.isPullRequest, atUpload.isNoQueue),
  "merge-queue": all(isTold, atUpload.isQueue),
  schedule: 'build.source == "schedule"',
  manual: any('build.source == "ui"', 'build.source == "api"', 'build.source == "trigger_job"'),
} as const satisfies Readonly<Record<string, Expression>>;

/** The value of a variable of the job, where the file gives it one. */
export type VariableOf = (name: string) => Value | undefined;

/** The condition where it is known when the steps are uploaded, and Buildkite can say it. How jobs end, it cannot. */
export function expressionOf(condition: Condition, variableOf: VariableOf): Expression | undefined {
  const { kind } = condition;
  switch (kind.case) {
    case undefined:
      throw unknown("the kind of a condition");
    case "literal":
      return String(kind.value);
    case "status":
      return undefined;
    case "not": {
      const of = expressionOf(kind.value, variableOf);
      return of === undefined ? undefined : not(of);
    }
    case "all":
    case "any": {
      const parts = kind.value.of.map((one) => expressionOf(one, variableOf));
      const known = parts.flatMap((part) => part ?? []);
      if (known.length < parts.length) return undefined;
      return kind.case === "all" ? all(...known) : any(...known);
    }
    case "comparison":
      return compared(kind.value, variableOf);
  }
}

/** Whether a name fits a glob. `undefined`: no expression can hold the glob. */
export function globExpression(subject: string, glob: string): Expression | undefined {
  const operator = /[*?]/.test(glob) ? Comparison_Operator.MATCHES : Comparison_Operator.EQUAL;
  return testOf(operator, glob)?.equals(subject);
}

type Test = {
  readonly equals: (text: string) => string | undefined;
  readonly isEmptyTrue: boolean;
  readonly holds: (text: string) => boolean;
};

function compared(
  { left, operator, right }: Comparison,
  variableOf: VariableOf,
): Expression | undefined {
  if (left === undefined) throw unknown("a comparison");
  const test = testOf(operator, right);
  if (test === undefined) return undefined;
  return tested(left, test, variableOf, []);
}

function testOf(operator: Comparison_Operator, right: string): Test | undefined {
  switch (operator) {
    case Comparison_Operator.UNSPECIFIED:
      break;
    case Comparison_Operator.EQUAL: {
      const text = quoted(right);
      if (text === undefined) return undefined;
      return {
        equals: (subject) => `${subject} == ${text}`,
        isEmptyTrue: right === "",
        holds: (value) => value === right,
      };
    }
    case Comparison_Operator.MATCHES: {
      if (/[\r\n]/.test(right)) return undefined;
      const pattern = globPattern(right);
      const regExp = new RegExp(pattern, "su");
      return {
        equals: (subject) => `${subject} =~ /${pattern}/`,
        isEmptyTrue: regExp.test(""),
        holds: (value) => regExp.test(value),
      };
    }
  }
  throw unknown("a comparison");
}

function tested(
  value: Value,
  test: Test,
  variableOf: VariableOf,
  seen: readonly string[],
): Expression | undefined {
  const { kind } = value;
  switch (kind.case) {
    case "literal":
      return String(test.holds(kind.value));
    case "setting":
      return orNull(`build.env(${JSON.stringify(kind.value)})`, test);
    case "fact":
      return testedFact(kind.value, test);
    case "env": {
      const found = variableOf(kind.value);
      // One that the file does not set may be set with Buildkite.
      if (found === undefined) return orNull(`build.env(${JSON.stringify(kind.value)})`, test);
      return seen.includes(kind.value)
        ? undefined
        : tested(found, test, variableOf, [...seen, kind.value]);
    }
    case "joined":
    case "secret":
    case "input":
    case "output":
    case "step":
      return undefined;
    case undefined:
      throw unknown("the kind of a value");
  }
}

function testedFact(fact: Fact, test: Test): Expression | undefined {
  switch (fact) {
    case Fact.COMMIT:
      return test.equals("build.commit");
    case Fact.BRANCH:
      return onlyWhere([atUpload.isNoPullRequest, atUpload.isNoTag], "build.branch", test);
    case Fact.HEAD_BRANCH:
      return onlyWhere([atUpload.isPullRequest], "build.branch", test);
    case Fact.TAG:
      return orNull("build.tag", test);
    case Fact.BASE_BRANCH:
      return orNull("build.pull_request.base_branch", test);
    case Fact.EVENT:
      return any(
        ...Object.entries(eventExpressions).flatMap(([name, is]) => (test.holds(name) ? [is] : [])),
      );
    case Fact.RUN_NUMBER:
    case Fact.ACTOR:
      return undefined;
    case Fact.UNSPECIFIED:
  }
  throw unknown("a fact");
}

/** What is not there is null, which for us is an empty text. */
function orNull(subject: string, test: Test): Expression | undefined {
  const is = test.equals(subject);
  if (is === undefined) return undefined;
  return test.isEmptyTrue ? any(`${subject} == null`, is) : is;
}

/** Elsewhere it is empty. */
function onlyWhere(where: readonly string[], subject: string, test: Test): Expression | undefined {
  const is = test.equals(subject);
  if (is === undefined) return undefined;
  return test.isEmptyTrue ? any(not(all(...where)), is) : all(...where, is);
}

/** How a backslash, or a quote of its own kind, is said in a text is not documented. */
function quoted(text: string): string | undefined {
  if (/[\\\r\n]/.test(text)) return undefined;
  if (!text.includes('"')) return `"${text}"`;
  return text.includes("'") ? undefined : `'${text}'`;
}

/** `*` and `?` stay within a part of the name. */
function globPattern(glob: string): string {
  const parts = glob.replaceAll(/\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === "**") return ".*";
    if (part === "*") return String.raw`[^\/]*`;
    return part === "?"
      ? String.raw`[^\/]`
      : part.replaceAll(/[\\^$.+()[\]{}|/]/g, String.raw`\$&`);
  });
  return `^${parts}$`;
}
