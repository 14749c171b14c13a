import { create, equals } from "@bufbuild/protobuf";
import { ConditionSchema, Status } from "@slipway/pipeline-sdk/graph";
import type { Condition } from "@slipway/pipeline-sdk/graph";
import { asksStatus } from "@slipway/pipeline-sdk/shell-job";

/** What is left of a condition once it is known how the work before ended. */
export type Rest = Condition | boolean;

type Ending = "success" | "failure" | "cancelled";

type Rests = { readonly [Name in Ending]: Rest };

/** A condition that says nothing of how the work before ended is for success. */
function restsOf(condition: Condition | undefined): Rests {
  if (condition === undefined) return { success: true, failure: false, cancelled: false };
  return {
    success: restOf(condition, "success"),
    failure: asksStatus(condition) ? restOf(condition, "failure") : false,
    cancelled: asksStatus(condition) ? restOf(condition, "cancelled") : false,
  };
}

function restOf(condition: Condition, ending: Ending): Rest {
  const { kind } = condition;
  switch (kind.case) {
    case "status":
      return holds(kind.value, ending);
    case "literal":
      return kind.value;
    case "not": {
      const rest = restOf(kind.value, ending);
      if (typeof rest === "boolean") return !rest;
      return create(ConditionSchema, { kind: { case: "not", value: rest } });
    }
    case "all":
    case "any":
      return joined(
        kind.case,
        kind.value.of.map((one) => restOf(one, ending)),
      );
    case "comparison":
      return condition;
    case undefined:
      throw new Error(
        "this plugin does not know the kind of a condition: it is older than the graph",
      );
  }
}

function joined(kind: "all" | "any", of: readonly Rest[]): Rest {
  const deciding = kind === "any";
  if (of.includes(deciding)) return deciding;
  const open = of.filter((one) => typeof one !== "boolean");
  const [only] = open;
  if (only === undefined) return !deciding;
  return open.length === 1
    ? only
    : create(ConditionSchema, { kind: { case: kind, value: { of: open } } });
}

function holds(status: Status, ending: Ending): boolean {
  switch (status) {
    case Status.SUCCESS:
      return ending === "success";
    case Status.FAILURE:
      return ending === "failure";
    case Status.CANCELLED:
      return ending === "cancelled";
    case Status.ALWAYS:
      return true;
    case Status.UNSPECIFIED:
      throw new Error("this plugin does not know the kind of a status: it is older than the graph");
  }
}

function isSame(a: Rest, b: Rest): boolean {
  if (typeof a === "boolean" || typeof b === "boolean") return a === b;
  return equals(ConditionSchema, a, b);
}

/** After which ends of a need a job begins, and what has to hold then. `undefined`: CircleCI cannot say it. */
export type Start = { readonly after: readonly string[]; readonly guard: Rest };

export function startOf(condition: Condition | undefined): Start | undefined {
  const { success, failure, cancelled } = restsOf(condition);
  const [first] = [success, failure, cancelled].filter((rest) => rest !== false);
  const guard = first ?? false;
  const parts = [
    { rest: success, ends: ["success"] },
    { rest: failure, ends: ["failed", "not_run"] },
    { rest: cancelled, ends: ["canceled"] },
  ];
  if (parts.some(({ rest }) => rest !== false && !isSame(rest, guard))) return undefined;
  const after = parts.flatMap(({ rest, ends }) => (rest === false ? [] : ends));
  return { after: after.length === 0 ? ["success"] : after, guard };
}

/** When a step runs, and what has to hold then. `marked`: both has to be asked while it runs. */
export type When = {
  readonly when: "on_success" | "on_fail" | "always" | "marked";
  readonly guard: Rest;
};

/** No step begins once a job is cancelled. */
export function whenOf(condition: Condition | undefined): When {
  const { success, failure } = restsOf(condition);
  if (failure === false) return { when: "on_success", guard: success };
  if (success === false) return { when: "on_fail", guard: failure };
  if (isSame(success, failure)) return { when: "always", guard: success };
  return { when: "marked", guard: condition ?? true };
}

/** Whether a step waits for a cancelled job, in which CircleCI begins no step. */
export function isOnlyForCancelled(condition: Condition | undefined): boolean {
  const { success, failure, cancelled } = restsOf(condition);
  return success === false && failure === false && cancelled !== false;
}
