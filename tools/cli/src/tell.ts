import type { Failure } from "@slipway/report";
import { openLines } from "@slipway/report/lines";
import type { Outcome, Result } from "@slipway/signature";
import { usageExitCode } from "./call.ts";

/** In words or, with `json`, as one object; answers with the exit code. */
export async function tellResult(
  result: Result<Outcome, Failure>,
  { json }: { readonly json: boolean },
): Promise<0 | 1> {
  if (!result.ok) return tellFailure(result.failure, { json });
  if (json) openLines().line(JSON.stringify({ schema: 1, ...result.value }, undefined, 2));
  else (await import("@slipway/report")).openConsole().result(result);
  return 0;
}

/** The words are loaded for the first failure: a command that answers does without them. Answers with the exit code. */
export async function tellFailure(
  failure: Failure,
  as: { readonly json: boolean; readonly of?: string | undefined } = { json: false },
): Promise<1> {
  if (as.json) openLines().line(JSON.stringify({ schema: 1, failure }, undefined, 2));
  const { openConsole } = await import("@slipway/report");
  openConsole().failure(failure, as.of);
  return 1;
}

export async function tellUsage(failure: Failure): Promise<typeof usageExitCode> {
  await tellFailure(failure);
  return usageExitCode;
}
