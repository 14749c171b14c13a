import { Comparison_Operator, Status } from "@slipway/pipeline-sdk/graph";
import type { Condition, Value } from "@slipway/pipeline-sdk/graph";
import { textOf } from "./groovy.ts";
import { unknownKind, valueOf } from "./values.ts";
import type { Scope } from "./values.ts";

export type ConditionScope = Scope & {
  /** Whether what was before failed, as a piece of Groovy. */
  readonly hasFailed: string;
};

/** A condition as a piece of Groovy that is true or false. Without a word on how things ended, it is for success. */
export function wantedWhen(condition: Condition | undefined, scope: ConditionScope): string {
  const isSuccess = negated(scope.hasFailed);
  if (condition === undefined) return isSuccess;
  const text = renderCondition(condition, scope);
  if (asksStatus(condition) || isSuccess === "true") return text;
  return `${isSuccess} && ${condition.kind.case === "any" ? `(${text})` : text}`;
}

function renderCondition(condition: Condition, scope: ConditionScope): string {
  const { kind } = condition;
  switch (kind.case) {
    case undefined:
      throw unknownKind("condition");
    case "literal":
      return String(kind.value);
    case "status":
      return statusOf(kind.value, scope);
    case "not":
      return `!(${renderCondition(kind.value, scope)})`;
    case "all":
      return joined(kind.value.of, "&&", scope);
    case "any":
      return joined(kind.value.of, "||", scope);
    case "comparison": {
      const { left, operator, right } = kind.value;
      switch (operator) {
        case Comparison_Operator.UNSPECIFIED:
          throw unknownKind("comparison");
        case Comparison_Operator.EQUAL:
          return `${valueOf(left, scope)} == ${textOf(right)}`;
        case Comparison_Operator.MATCHES:
          return matches(valueOf(left, scope), right);
      }
    }
  }
}

function joined(of: readonly Condition[], operator: "&&" | "||", scope: ConditionScope): string {
  if (of.length === 0) return String(operator === "&&");
  const other = operator === "&&" ? "any" : "all";
  return of
    .map((one) => {
      const text = renderCondition(one, scope);
      return one.kind.case === other ? `(${text})` : text;
    })
    .join(` ${operator} `);
}

function statusOf(status: Status, { hasFailed }: ConditionScope): string {
  switch (status) {
    case Status.SUCCESS:
      return negated(hasFailed);
    case Status.FAILURE:
      return hasFailed;
    case Status.ALWAYS:
      return "true";
    case Status.CANCELLED:
      // A run that was stopped begins nothing any more.
      return "false";
    case Status.UNSPECIFIED:
      throw unknownKind("status");
  }
}

function negated(text: string): string {
  return text === "false" ? "true" : `!${text}`;
}

/** `*` stays within a part between slashes, `**` does not, `?` is one letter. */
export function matches(subject: string, glob: string): string {
  if (!/[*?]/.test(glob)) return `${subject} == ${textOf(glob)}`;
  const pattern = glob.replaceAll(/\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replaceAll(/[\\^$.+()[\]{}|]/g, String.raw`\$&`);
  });
  return `${subject} ==~ ${textOf(`(?s)${pattern}`)}`;
}

/** Whether a condition asks how what was before ended. */
export function asksStatus(condition: Condition | undefined): boolean {
  return leavesOf(condition).some(({ kind }) => kind.case === "status");
}

/** What is compared, in the order of the condition. */
export function valuesIn(condition: Condition | undefined): readonly (Value | undefined)[] {
  return leavesOf(condition).flatMap(({ kind }) =>
    kind.case === "comparison" ? [kind.value.left] : [],
  );
}

export function leavesOf(condition: Condition | undefined): readonly Condition[] {
  const kind = condition?.kind;
  switch (kind?.case) {
    case "not":
      return leavesOf(kind.value);
    case "all":
    case "any":
      return kind.value.of.flatMap(leavesOf);
    case undefined:
    case "literal":
    case "status":
    case "comparison":
      return condition === undefined ? [] : [condition];
  }
}
