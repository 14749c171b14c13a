import { fail, ok, shortDigest } from "@slipway/signature";
import type { Outcome, Result } from "@slipway/signature";
import { problemWith } from "./checks.ts";
import type { Check } from "./definition.ts";
import type { ProcessesCause, ProcessesFailure } from "./failure.ts";
import { liveQuestion, readLive } from "./live.ts";
import type { AoNetwork } from "./network.ts";
import { settle } from "./settle.ts";
import type { DeployOptions, Effects } from "./settle.ts";
import type { TaskContext } from "./task.ts";

/** Reads, and never writes: the live digest is the receipt's, and every declared check passes. */
export async function verifyProcess(
  task: TaskContext,
  options: DeployOptions,
  effects: Effects = {},
): Promise<Result<Outcome<ProcessesCause>, ProcessesFailure>> {
  const settled = await settle(task, options, effects);
  if (!settled.ok) return settled;
  const { definition, receipt, network, ledger } = settled.value;
  const read = await ledger.readRecord();
  if (!read.ok) return read;
  const record = read.value;
  if (record === undefined) return fail({ reason: "ao-record-missing", file: ledger.file });
  const { process } = record;
  const live = await task.once(liveQuestion(record), () => readLive(network, process));
  if (!live.ok) return live;
  if (live.value === "gone") return fail({ reason: "process-gone", process });
  const expected = receipt.codeDigest;
  if (live.value !== expected) {
    return fail({ reason: "live-code-differs", process, expected, live: live.value });
  }
  const checked = await runChecks(network, process, definition.checks);
  if (!checked.ok) return checked;
  const facts = { process, code: shortDigest(expected), checks: definition.checks.length };
  return ok({ state: "unchanged", cause: "live-code-and-checks-agree", facts });
}

/** One after another: compute units allow few dry-runs a minute. Every check that fails is told. */
async function runChecks(
  network: AoNetwork,
  process: string,
  checks: readonly Check[],
): Promise<Result<void, ProcessesFailure>> {
  const failed: { readonly action: string; readonly problem: string }[] = [];
  for (const check of checks) {
    const tags = Object.entries({ Action: check.action, ...check.tags });
    const answer = await network.dryRun(process, {
      tags: tags.map(([name, value]) => ({ name, value })),
    });
    if (!answer.ok) return answer;
    const problem = problemWith(check, answer.value);
    if (problem !== undefined) failed.push({ action: check.action, problem });
  }
  return failed.length === 0
    ? ok(undefined)
    : fail({ reason: "checks-failed", process, checks: failed });
}
