import { Comparison_Operator, Status } from "@slipway/pipeline-sdk/graph";
import type { Condition, Value } from "@slipway/pipeline-sdk/graph";
import { globMatches } from "../plan/name-glob.ts";
import { factOf } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";

/** How what comes before ended: jobs for a job, steps for a step. */
export type Before = {
  readonly hasFailed: boolean;
  /** One of them was ended from outside: a time limit, a newer run of its group. */
  readonly wasCancelled: boolean;
  /** All of the run is being ended. */
  readonly isEnding: boolean;
};

export type World = {
  readonly scenario: Scenario;
  readonly before: Before;
  /** Of the job, where a step asks. */
  readonly env: Readonly<Record<string, string>>;
  /** `step.name`: what steps of the job said before. */
  readonly steps: Readonly<Record<string, string>>;
};

/**
 * Whether a job or a step with this condition runs, by the meaning that the graph gives it: without any question after the end
 * of what comes before, all of it has to have ended well or been left out. Texts are compared letter by letter.
 * `undefined`: it depends on what is known in a run only.
 */
export function holds(condition: Condition | undefined, world: World): boolean | undefined {
  if (condition !== undefined && asksStatus(condition)) return evaluate(condition, world);
  if (!hasStatus(Status.SUCCESS, world.before)) return false;
  return condition === undefined ? true : evaluate(condition, world);
}

/** Whether a condition asks how something ended, anywhere in it. */
function asksStatus({ kind }: Condition): boolean {
  switch (kind.case) {
    case "status":
      return true;
    case "not":
      return asksStatus(kind.value);
    case "all":
    case "any":
      return kind.value.of.some(asksStatus);
    case undefined:
    case "literal":
    case "comparison":
      return false;
  }
}

/** By itself, whatever came before. */
function evaluate({ kind }: Condition, world: World): boolean | undefined {
  switch (kind.case) {
    case undefined:
      throw new Error("internal: a condition of no kind");
    case "literal":
      return kind.value;
    case "status":
      return hasStatus(kind.value, world.before);
    case "not": {
      const of = evaluate(kind.value, world);
      return of === undefined ? undefined : !of;
    }
    case "all":
      return decided(
        kind.value.of.map((one) => evaluate(one, world)),
        false,
      );
    case "any":
      return decided(
        kind.value.of.map((one) => evaluate(one, world)),
        true,
      );
    case "comparison": {
      const { left, operator, right } = kind.value;
      const text = textOf(left, world);
      if (text === undefined) return undefined;
      switch (operator) {
        case Comparison_Operator.EQUAL:
          return text === right;
        case Comparison_Operator.MATCHES:
          return globMatches(right, text);
        case Comparison_Operator.UNSPECIFIED:
          throw new Error("internal: a comparison of no kind");
      }
    }
  }
}

/** One that decides does so whatever the others are. */
function decided(of: readonly (boolean | undefined)[], deciding: boolean): boolean | undefined {
  if (of.includes(deciding)) return deciding;
  return of.includes(undefined) ? undefined : !deciding;
}

function hasStatus(status: Status, { hasFailed, wasCancelled, isEnding }: Before): boolean {
  switch (status) {
    case Status.SUCCESS:
      return !hasFailed && !wasCancelled && !isEnding;
    case Status.FAILURE:
      return hasFailed;
    case Status.ALWAYS:
      return true;
    case Status.CANCELLED:
      return isEnding;
    case Status.UNSPECIFIED:
      throw new Error("internal: a status of no kind");
  }
}

/** The text of a value in a run. `undefined`: a secret, or what nobody told the simulation. */
export function textOf(value: Value | undefined, world: World): string | undefined {
  const { scenario, env, steps } = world;
  const kind = value?.kind;
  switch (kind?.case) {
    case undefined:
      throw new Error("internal: a value of no kind");
    case "literal":
      return kind.value;
    case "secret":
      return undefined;
    case "input":
      return scenario.event === "manual" ? (scenario.inputs[kind.value] ?? "") : "";
    case "setting":
      return scenario.settings[kind.value] ?? "";
    case "fact":
      return factOf(scenario, kind.value);
    case "env":
      return env[kind.value] ?? "";
    case "output":
      return scenario.outputs[`${kind.value.job}.${kind.value.name}`];
    case "step":
      return steps[`${kind.value.step}.${kind.value.name}`];
    case "joined": {
      const parts = kind.value.of.map((one) => textOf(one, world));
      return parts.includes(undefined) ? undefined : parts.join("");
    }
  }
}
