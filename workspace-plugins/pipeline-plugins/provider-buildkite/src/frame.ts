import type { Condition, Input, Job, Triggers } from "@slipway/pipeline-sdk/graph";
import { splitCondition } from "./conditions.ts";
import { all, expressionText } from "./expressions.ts";
import type { VariableOf } from "./expressions.ts";
import type { NeedsOf } from "./needs.ts";
import { compact } from "./plain.ts";
import type { Table } from "./plain.ts";
import { triggerExpression } from "./triggers.ts";

/** What steps of every kind have: what they wait for, and when they are there. */
export type StepFrame = {
  readonly common: Table;
  /** What is left of the condition for the job itself. */
  readonly guard: Condition | undefined;
  /** Ids of all jobs before it. */
  readonly before: readonly string[];
  readonly inputs: readonly Input[];
};

export type FrameContext = {
  readonly triggers: Triggers | undefined;
  readonly needs: NeedsOf;
  /** Keys of steps that every job of the workflow waits for. */
  readonly first: readonly string[];
  readonly variableOf: VariableOf;
};

/** Buildkite lets a step without `depends_on` wait for each block before it: none is left without. */
export function frameOf(job: Job, context: FrameContext): StepFrame {
  const { triggers, needs, first, variableOf } = context;
  const { expressions, guard, allowsFailure } = splitCondition(job.condition, variableOf);
  const trigger = triggerExpression(triggers);
  const parts = [...(trigger === undefined ? [] : [trigger]), ...expressions];
  const direct = needs.direct(job);
  return {
    common: compact({
      depends_on: [
        ...first,
        ...direct.map((step) => (allowsFailure ? { step, allow_failure: true } : step)),
      ],
      if: parts.length === 0 ? undefined : expressionText(all(...parts)),
    }),
    guard,
    before: needs.all(job),
    inputs: triggers?.manual?.inputs ?? [],
  };
}
