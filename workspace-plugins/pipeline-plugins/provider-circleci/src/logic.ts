import { Comparison_Operator, Fact, Input_Type } from "@slipway/pipeline-sdk/graph";
import type { Comparison, Condition, Input, Value } from "@slipway/pipeline-sdk/graph";
import { quoted } from "./plain.ts";
import type { Plain, Table } from "./plain.ts";

/** What CircleCI knows before a pipeline begins: https://circleci.com/docs/reference/variables. `undefined`: only a job knows it. */
function valueName(value: Value | undefined): string | undefined {
  const kind = value?.kind;
  if (kind?.case === "input") return `pipeline.parameters.${kind.value}`;
  if (kind?.case !== "fact") return undefined;
  switch (kind.value) {
    case Fact.COMMIT:
      return "pipeline.git.revision";
    case Fact.BRANCH:
    case Fact.HEAD_BRANCH:
      return "pipeline.git.branch";
    case Fact.TAG:
      return "pipeline.git.tag";
    case Fact.RUN_NUMBER:
      return "pipeline.number";
    case Fact.EVENT:
    case Fact.BASE_BRANCH:
    case Fact.ACTOR:
    case Fact.UNSPECIFIED:
      return undefined;
  }
}

/** A value in a place that no shell reads. */
export function pipelineValue(value: Value | undefined): string | undefined {
  const name = valueName(value);
  return name === undefined ? undefined : `<< ${name} >>`;
}

/** A logic statement: https://circleci.com/docs/reference/configuration-reference/#logic-statements. */
export const branch = "<< pipeline.git.branch >>";
export const tag = "<< pipeline.git.tag >>";
export const source = "<< pipeline.trigger_source >>";

export function equal(value: string, text: string): Table {
  return { equal: [quoted(text), value] };
}

export function not(of: Plain): Table {
  return { not: of };
}

export function all(of: readonly Plain[]): Plain {
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { and: of };
}

export function any(of: readonly Plain[]): Plain {
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { or: of };
}

export function matches(value: string, glob: string): Table {
  if (!/[*?]/.test(glob)) return equal(value, glob);
  return { matches: { pattern: quoted(`^${globPattern(glob)}$`), value } };
}

/** `*` and `?` stay within a part of the name, `**` does not. A regular expression of Java. */
export function globPattern(glob: string): string {
  return glob.replaceAll(/\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replaceAll(/[\\^$.+()[\]{}|]/g, String.raw`\$&`);
  });
}

/**
 * A condition as an expression of `filters`, for what has no shell: an approval. `undefined`: only a job can find it out. A push to the branch of a pull
 * request counts as one to the branch.
 */
export function expressionOf(condition: Condition, inputs: readonly Input[]): string | undefined {
  const { kind } = condition;
  switch (kind.case) {
    case "literal":
      return String(kind.value);
    case "comparison":
      return comparisonOf(kind.value, inputs);
    case "not": {
      const of = expressionOf(kind.value, inputs);
      return of === undefined ? undefined : `not (${of})`;
    }
    case "all":
    case "any": {
      const of = kind.value.of.map((one) => expressionOf(one, inputs));
      if (of.includes(undefined)) return undefined;
      return of.map((one) => `(${one})`).join(kind.case === "all" ? " and " : " or ");
    }
    case "status":
      return undefined;
    case undefined:
      throw new Error(
        "this plugin does not know the kind of a condition: it is older than the graph",
      );
  }
}

function comparisonOf(
  { left, operator, right }: Comparison,
  inputs: readonly Input[],
): string | undefined {
  if (/["\\<]/.test(right)) return undefined;
  if (left?.kind.case === "fact" && left.kind.value === Fact.EVENT) return eventIs(right);
  // Whether there is a pull request of a branch is not known yet.
  if (left?.kind.case === "fact" && left.kind.value === Fact.HEAD_BRANCH) return undefined;
  const name = valueName(left);
  if (name === undefined) return undefined;
  if (operator === Comparison_Operator.MATCHES) {
    if (!/[*?]/.test(right)) return `${name} == "${right}"`;
    return /^[^*?]*\*\*$/.test(right) ? `${name} starts-with "${right.slice(0, -2)}"` : undefined;
  }
  if (operator !== Comparison_Operator.EQUAL) {
    throw new Error(
      "this plugin does not know the kind of a comparison: it is older than the graph",
    );
  }
  const type = inputs.find(
    (one) => left?.kind.case === "input" && one.name === left.kind.value,
  )?.type;
  if (name === "pipeline.number") return /^\d+$/.test(right) ? `${name} == ${right}` : "false";
  if (type === Input_Type.BOOLEAN)
    return /^(?:true|false)$/.test(right) ? `${name} == ${right}` : "false";
  return `${name} == "${right}"`;
}

function eventIs(event: string): string | undefined {
  if (event === "schedule") return `pipeline.trigger_source == "scheduled_pipeline"`;
  if (event === "manual") return `pipeline.trigger_source == "api"`;
  if (event === "merge-queue") return `pipeline.git.branch starts-with "gh-readonly-queue/"`;
  // Of a push and a pull request the file knows no difference.
  return undefined;
}
