import { create } from "@bufbuild/protobuf";
import { ConditionSchema, Status } from "@slipway/pipeline-sdk/graph";
import type { Condition } from "@slipway/pipeline-sdk/graph";
import { asksStatus, shellCondition, shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import type { OwnWord, StatusWord } from "@slipway/pipeline-sdk/shell-job";
import { expressionOf, expressionText } from "./expressions.ts";
import type { Expression, VariableOf } from "./expressions.ts";
import { unknown } from "./unknown.ts";

/** A condition of a job as Buildkite decides it: a part when the steps are uploaded, the rest when the job runs. */
export type SplitCondition = {
  readonly expressions: readonly Expression[];
  /** The same as texts. */
  readonly texts: readonly string[];
  readonly guard: Condition | undefined;
  /** It runs after a failure too, or asks for one. */
  readonly allowsFailure: boolean;
};

export function splitCondition(
  condition: Condition | undefined,
  variableOf: VariableOf,
): SplitCondition {
  const parts = partsOf(condition).filter((part) => !isStatus(part, Status.SUCCESS));
  const known = parts.map((part) => ({ part, expression: expressionOf(part, variableOf) }));
  const open = known.flatMap(({ part, expression }) => (expression === undefined ? [part] : []));
  const expressions = known.flatMap(({ expression }) => expression ?? []);
  return {
    expressions,
    texts: expressions.map(expressionText),
    guard: joined(open.filter((part) => !isStatus(part, Status.ALWAYS))),
    allowsFailure: parts.some(asksStatus),
  };
}

function partsOf(condition: Condition | undefined): readonly Condition[] {
  if (condition === undefined) return [];
  return condition.kind.case === "all" ? condition.kind.value.of.flatMap(partsOf) : [condition];
}

function isStatus({ kind }: Condition, status: Status): boolean {
  return kind.case === "status" && kind.value === status;
}

function joined(parts: readonly Condition[]): Condition | undefined {
  const [only] = parts;
  if (only === undefined || parts.length === 1) return only;
  return create(ConditionSchema, { kind: { case: "all", value: { of: [...parts] } } });
}

/** That a guard left a job out, which Buildkite takes for a success. */
export function leftOutKey(job: string): string {
  return `left-out/${job}`;
}

/** Ends the job at its beginning where the condition does not hold. */
export function guardScript(
  guard: Condition,
  {
    job,
    own,
    before,
  }: { readonly job: string; readonly own: OwnWord; readonly before: readonly string[] },
): string {
  return [
    ...(asksStatus(guard) ? [failedScript(before)] : []),
    `if ${shellCondition(guard, { own, status: statusWord })}; then :; else`,
    `  buildkite-agent meta-data set ${shellQuoted(leftOutKey(job))} yes || exit 1`,
    "  echo 'left out: its condition does not hold'",
    "  exit 0",
    "fi",
  ].join("\n");
}

function failedScript(before: readonly string[]): string {
  return [
    "slipway_failed() {",
    `  for step in ${before.join(" ")}; do`,
    '    case $(buildkite-agent step get outcome --step "$step" 2>/dev/null) in',
    "      hard_failed | errored) return 0 ;;",
    "    esac",
    "  done",
    "  return 1",
    "}",
  ].join("\n");
}

/** Where a build is stopped, no job begins any more. */
const statusWord: StatusWord = (status) => {
  switch (status) {
    case Status.SUCCESS:
      return "! slipway_failed";
    case Status.FAILURE:
      return "slipway_failed";
    case Status.ALWAYS:
      return "true";
    case Status.CANCELLED:
      return "false";
  }
  throw unknown("a status");
};
