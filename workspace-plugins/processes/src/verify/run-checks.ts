import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { problemWith, questionOf } from "../checks.ts";
import type { Check } from "../definition/check.ts";
import type { DeployTarget } from "../definition/target.ts";
import type { AoNetwork, Failed } from "../network/network.ts";
import { paused } from "../paused.ts";
import { noPatience, retryWaits } from "./retry-waits.ts";
import type { Patience } from "./retry-waits.ts";

export type Checked = {
  readonly passed: number;
  readonly failed: readonly { readonly action: string; readonly problem: string }[];
};

type Asking = {
  readonly network: Pick<AoNetwork, "dryRun">;
  readonly process: string;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
};

/** One after another: compute units allow few dry-runs a minute. Every check that fails is told. */
export async function runChecks(
  asking: Asking,
  { checks, state }: { readonly checks: readonly Check[]; readonly state: readonly string[] },
): Promise<Result<Checked, Failed>> {
  const failed: { readonly action: string; readonly problem: string }[] = [];
  for (const check of checks) {
    const problem = await untilPassed(asking, check.action, () => problemOf(asking, check));
    if (!problem.ok) return problem;
    if (problem.value !== undefined) failed.push({ action: check.action, problem: problem.value });
  }
  if (state.length > 0) {
    const missing = await missingState(asking, state);
    if (!missing.ok) return missing;
    failed.push(
      ...missing.value.map((name) => ({ action: name, problem: "there is no such global" })),
    );
  }
  return ok({ passed: checks.length + state.length - failed.length, failed });
}

/** How a deploy target lets its checks be asked; `undefined`: not at all. */
export function patienceOf({ checks }: Pick<DeployTarget, "checks">): Patience | undefined {
  if (checks === false) return undefined;
  return checks === true ? noPatience : { withinMs: checks.within, retries: checks.retries };
}

/** A process that was just spawned or is asked while it still evaluates may answer later what it does not yet. */
async function untilPassed(
  { patience, signal, progress }: Asking,
  name: string,
  ask: () => Promise<Result<string | undefined, Failed>>,
): Promise<Result<string | undefined, Failed>> {
  const waits = retryWaits(patience);
  for (const [at, ms] of waits.entries()) {
    const problem = await ask();
    if (!problem.ok || problem.value === undefined) return problem;
    progress(`check ${name} (${at + 1} of ${waits.length + 1}): ${problem.value}`);
    if (!(await paused(ms, signal))) break;
  }
  return ask();
}

async function problemOf(
  { network, process }: Asking,
  check: Check,
): Promise<Result<string | undefined, Failed>> {
  const answer = await network.dryRun(process, questionOf(check));
  return answer.ok ? ok(problemWith(check, answer.value)) : answer;
}

/** Which of these globals a process does not have: one question for all. They are Lua names by the definition. */
async function missingState(
  { network, process }: Asking,
  state: readonly string[],
): Promise<Result<readonly string[], Failed>> {
  const list = state.map((name) => `"${name}"`).join(", ");
  const data =
    `local there = {} for _, name in ipairs({ ${list} }) do ` +
    `if _G[name] ~= nil then there[#there + 1] = name end end ` +
    `return "slipway-state:" .. table.concat(there, ",") .. ";"`;
  const answer = await network.dryRun(process, { data, tags: [{ name: "Action", value: "Eval" }] });
  if (!answer.ok) return answer;
  const there = /slipway-state:([\w,]*);/.exec(answer.value.output)?.[1]?.split(",") ?? [];
  return ok(state.filter((name) => !there.includes(name)));
}
