import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ReleaseFailure } from "./failure.ts";
import { paused } from "../paused.ts";
import { stepLine } from "./step.ts";
import type { ReleaseStep, WithdrawStep } from "./step.ts";

/** How what the registry has becomes what is wanted, one step after another. */
export type Agreement<Found, Step> = {
  readonly name: string;
  readonly ask: () => Promise<Result<Found, ReleaseFailure>>;
  readonly plan: (found: Found) => Result<readonly Step[], ReleaseFailure>;
  readonly take: (step: Step) => Promise<Result<unknown, ReleaseFailure>>;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
  /** Between readings of what a step has done: what a registry shows can be older than what it took. */
  readonly waitsMs: readonly number[];
};

export const usualWaitsMs: readonly number[] = [250, 500, 1000, 2000, 4000, 8000, 16_000];

type Taken<Step> = Promise<Result<readonly Step[], ReleaseFailure>>;

/**
 * Takes the first step, reads what it did, and plans anew, until nothing is left. A step that failed and is done all the same
 * was: its answer got lost, or another run took it. Answers with the steps that were taken.
 */
export async function agree<Found, Step extends ReleaseStep | WithdrawStep>(
  agreement: Agreement<Found, Step>,
  planned: readonly Step[],
): Taken<Step> {
  const { take, progress, name, waitsMs } = agreement;
  const taken: Step[] = [];
  let left: Result<readonly Step[], ReleaseFailure> = ok(planned);
  for (;;) {
    if (!left.ok) return left;
    const step: Step | undefined = left.value[0];
    if (step === undefined) return ok(taken);
    progress(stepLine(name, step));
    const done = await take(step);
    const after: Result<readonly Step[], ReleaseFailure> = await readBack(
      agreement,
      step,
      done.ok ? waitsMs : [],
    );
    if (!done.ok && (!after.ok || isNext(after.value, step))) return done;
    if (after.ok && isNext(after.value, step)) {
      const waitedMs = waitsMs.reduce((sum, each) => sum + each, 0);
      return fail({ reason: "step-without-effect", step: stepLine(name, step), waitedMs });
    }
    taken.push(step);
    left = after;
  }
}

/** The steps that are left once the registry shows this one, or after the last wait. */
async function readBack<Found, Step extends ReleaseStep | WithdrawStep>(
  agreement: Agreement<Found, Step>,
  step: Step,
  waitsMs: readonly number[],
): Taken<Step> {
  const { signal } = agreement;
  let left = await planNow(agreement);
  for (const waitMs of waitsMs) {
    if (!left.ok || !isNext(left.value, step)) return left;
    if (!(await paused(waitMs, signal))) return fail({ reason: "npm-stopped" });
    left = await planNow(agreement);
  }
  return left;
}

export async function planNow<Found, Step>({ ask, plan }: Agreement<Found, Step>): Taken<Step> {
  const found = await ask();
  return found.ok ? plan(found.value) : found;
}

/** Texts and origins may have changed with what others did meanwhile. */
function isNext<Step extends ReleaseStep | WithdrawStep>(
  [next]: readonly Step[],
  step: Step,
): boolean {
  if (next?.step !== step.step || next.version !== step.version) return false;
  return tagOf(next) === tagOf(step);
}

function tagOf(step: ReleaseStep | WithdrawStep): string {
  return "tag" in step ? step.tag : "";
}
