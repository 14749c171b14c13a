import { fail, lookAgain } from "@slipway/signature";
import type { InputStamps, Outcome, Result } from "@slipway/signature";
import type { Failure } from "@slipway/report";

/** How often a task works in all, when something keeps touching its inputs without changing them. */
const mostRuns = 3;

/**
 * The work of a task whose inputs are known by their stamps. Inputs that are not what the plan says fail it, so that
 * nobody remembers or serves what was made of them. When they were touched meanwhile and are as they were, the work may
 * have seen something else: it is done again.
 */
export async function guardInputs(
  root: string,
  planned: InputStamps,
  signal: AbortSignal,
  work: () => Promise<Result<Outcome, Failure>>,
): Promise<Result<Outcome, Failure>> {
  const before = await lookAgain(root, planned, signal);
  if (!before.ok) return before;
  if (before.value.state === "changed") return failure("inputs-changed", before.value.paths);
  let { stamps } = before.value;
  let touched: readonly string[] = [];
  for (let run = 0; run < mostRuns; run += 1) {
    const result = await work();
    if (!result.ok || signal.aborted) return result;
    const after = await lookAgain(root, stamps, signal);
    if (!after.ok) return after;
    if (after.value.state === "same") return result;
    if (after.value.state === "changed") return failure("inputs-changed", after.value.paths);
    ({ stamps, paths: touched } = after.value);
  }
  return failure("inputs-keep-moving", touched);
}

function failure(
  reason: "inputs-changed" | "inputs-keep-moving",
  paths: readonly string[],
): Result<never, Failure> {
  return fail({ reason, paths: paths.toSorted() });
}
