import type { Condition, Input, Job } from "@slipway/pipeline-sdk/graph";
import type { SplitCondition } from "./conditions.ts";
import { all, expressionText } from "./expressions.ts";
import type { Expression } from "./expressions.ts";
import type { NeedsOf } from "./needs.ts";
import { compact } from "./plain.ts";
import type { Table } from "./plain.ts";
import { isAsking } from "./skipping.ts";

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
  readonly needs: NeedsOf;
  /** Keys of steps that every job of the workflow waits for. */
  readonly first: readonly string[];
  readonly inputs: readonly Input[];
  /** Of the events that the workflow is for. */
  readonly trigger: Expression | undefined;
  /** Of the condition of each job. */
  readonly splits: ReadonlyMap<Job, SplitCondition>;
  readonly isSkipping: boolean;
};

/** Buildkite lets a step without `depends_on` wait for each block before it: none is left without. */
export function frameOf(job: Job, context: FrameContext): StepFrame {
  const { trigger, needs, first, inputs } = context;
  const { expressions, guard, allowsFailure, texts } = splitOf(job, context);
  const parts = [...(trigger === undefined ? [] : [trigger]), ...expressions];
  const own = new Set(texts);
  const through = needs.through(job, (needed) => mayBeGone(needed, own, allowsFailure, context));
  return {
    common: compact({
      depends_on: [
        ...first,
        ...through.map((step) => (allowsFailure ? { step, allow_failure: true } : step)),
      ],
      if: parts.length === 0 ? undefined : expressionText(all(...parts)),
    }),
    guard,
    before: guard !== undefined && allowsFailure ? needs.all(job) : [],
    inputs,
  };
}

/**
 * Whether a job may keep quiet of a failure before it: it runs in spite of one, or has no step while one with these expressions has.
 * The command that marks steps as skipped puts what they wait for in their place, but for those that go on after a failure.
 */
function mayBeGone(
  needed: Job,
  own: ReadonlySet<string>,
  allowsFailure: boolean,
  context: FrameContext,
): boolean {
  if (allowsFailure && context.isSkipping && isAsking(needed)) return true;
  const split = splitOf(needed, context);
  return (!allowsFailure && split.allowsFailure) || split.texts.some((text) => !own.has(text));
}

function splitOf(job: Job, { splits }: FrameContext): SplitCondition {
  const found = splits.get(job);
  if (found === undefined) throw new Error(`internal: ${job.id} is of another workflow`);
  return found;
}
