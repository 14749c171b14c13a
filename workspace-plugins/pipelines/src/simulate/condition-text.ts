import { Comparison_Operator, Fact, Status } from "@slipway/pipeline-sdk/graph";
import type { Condition, Value } from "@slipway/pipeline-sdk/graph";
import { valuesIn } from "../plan/values-in.ts";
import { textOf } from "./condition.ts";
import type { World } from "./condition.ts";
import type { Asked } from "./fates.ts";

const facts: Readonly<Record<Fact, string>> = {
  [Fact.UNSPECIFIED]: "?",
  [Fact.COMMIT]: "commit",
  [Fact.BRANCH]: "branch",
  [Fact.TAG]: "tag",
  [Fact.EVENT]: "event",
  [Fact.BASE_BRANCH]: "base-branch",
  [Fact.RUN_NUMBER]: "run-number",
  [Fact.ACTOR]: "actor",
  [Fact.HEAD_BRANCH]: "head-branch",
};

const statuses: Readonly<Record<Status, string>> = {
  [Status.UNSPECIFIED]: "?",
  [Status.SUCCESS]: "success()",
  [Status.FAILURE]: "failure()",
  [Status.ALWAYS]: "always()",
  [Status.CANCELLED]: "cancelled()",
};

/** A condition as `cig.toml` would say it, with what the file itself decides put in. */
export function conditionText({ kind }: Condition): string {
  switch (kind.case) {
    case undefined:
      return "?";
    case "literal":
      return String(kind.value);
    case "status":
      return statuses[kind.value];
    case "not": {
      const of = kind.value;
      const isEqual =
        of.kind.case === "comparison" && of.kind.value.operator === Comparison_Operator.EQUAL;
      return isEqual ? conditionText(of).replace(" == ", " != ") : `!${within(of)}`;
    }
    case "all":
      return kind.value.of.map(within).join(" && ");
    case "any":
      return kind.value.of.map(within).join(" || ");
    case "comparison": {
      const { left, operator, right } = kind.value;
      const sign = operator === Comparison_Operator.MATCHES ? "matches" : "==";
      return `${nameOf(left)} ${sign} '${right}'`;
    }
  }
}

function within(condition: Condition): string {
  const text = conditionText(condition);
  const { kind } = condition;
  const isList = (kind.case === "all" || kind.case === "any") && kind.value.of.length > 1;
  return isList ? `(${text})` : text;
}

function nameOf(value: Value | undefined): string {
  const kind = value?.kind;
  switch (kind?.case) {
    case undefined:
      return "?";
    case "literal":
      return `'${kind.value}'`;
    case "secret":
    case "input":
    case "env":
    case "setting":
      return `${kind.case}.${kind.value}`;
    case "output":
      return `output.${kind.value.job}.${kind.value.name}`;
    case "step":
      return `step.${kind.value.step}.${kind.value.name}`;
    case "fact":
      return facts[kind.value];
    case "joined":
      return kind.value.of.map(nameOf).join(" + ");
  }
}

/** Each value that a condition asks for, once. */
export function askedIn(condition: Condition, world: World): readonly Asked[] {
  const found = new Map<string, Asked>();
  for (const value of valuesIn(condition)) {
    const what = nameOf(value);
    found.set(what, { what, value: textOf(value, world) });
  }
  return [...found.values()];
}
