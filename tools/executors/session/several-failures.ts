import { openConsole } from "@slipway/report";
import type { Failure } from "@slipway/report";
import { fail } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";

/** A task ends with one failure: the others are told before it. */
export function lastOf(result: Result<Outcome, readonly Failure[]>): Result<Outcome, Failure> {
  if (result.ok) return result;
  const last = result.failure.at(-1);
  if (last === undefined) throw new Error("internal: a failure without one");
  const { failure: tell } = openConsole();
  for (const other of result.failure.slice(0, -1)) tell(other);
  return fail(last);
}
