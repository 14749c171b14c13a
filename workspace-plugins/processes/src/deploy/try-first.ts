import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ProcessesFailure } from "../failure.ts";
import { sentinelOf } from "../evaluated-text.ts";
import { findCode } from "../record/code-archive.ts";
import { messageOf } from "../record/message-of.ts";
import type { ProcessRecord } from "../record/record.ts";
import { candidateOf } from "../preflight/candidate.ts";
import type { Candidate, UpgradeFrom } from "../preflight/candidate.ts";
import { onLiveMemory } from "../preflight/live-memory.ts";
import { madeUpId, madeUpLinks } from "../preflight/new-process.ts";
import { judgePreflight, preflight } from "../preflight/preflight.ts";
import type { TaskContext } from "../task.ts";
import type { Run } from "./deployment.ts";
import { textOf } from "./goal.ts";
import type { Goal } from "./goal.ts";
import type { SettledEnvironment } from "./settle.ts";
import type { Surveyed } from "./survey.ts";

/**
 * Tries in the real aos module on this machine what is about to be signed: on a copy of the live memory where the network
 * serves it.
 */
export async function tryFirst(
  task: TaskContext,
  settled: SettledEnvironment,
  tried: readonly Surveyed[],
  origin: Run["origin"],
): Promise<Result<void, ProcessesFailure>> {
  const candidates: Candidate[] = [];
  for (const each of tried) {
    const candidate = await candidateFor(task, settled, each);
    if (!candidate.ok) return candidate;
    // Checks are of the code that ao.yml stands beside: what is gone back to may never have passed them.
    const checks = origin?.did === "rolled-back" ? { checks: [] } : {};
    candidates.push({ ...candidate.value, ...checks });
  }
  const { signal, progress = () => undefined } = task;
  const report = await preflight(candidates, { signal, progress });
  if (!report.ok) return report;
  const judged = judgePreflight(report.value, { acceptStateLoss: settled.acceptStateLoss });
  return judged.ok ? ok(undefined) : judged;
}

async function candidateFor(
  task: TaskContext,
  settled: SettledEnvironment,
  { goal, record, step }: Surveyed,
): Promise<Result<Candidate, ProcessesFailure>> {
  const { name, needs } = goal;
  const { projectName } = task;
  const definition = settled.definition.processes[name];
  if (definition === undefined)
    throw new Error("internal: a goal that the definition does not have");
  const before = step.step === "evaluate" ? record : undefined;
  const candidate = candidateOf(goal, definition, {
    id: before?.process ?? madeUpId(projectName, name),
    links: madeUpLinks(projectName, needs),
    earlier: before?.state === "deployed" ? before.handlers : [],
  });
  if (before?.state !== "deployed") return ok(candidate);
  const live = await onLiveMemory(task, candidate, settled.memoryAt);
  if (!live.ok || live.value.upgrade !== undefined) return live;
  const upgrade = await earlierCode(settled, goal, before);
  return upgrade.ok ? ok({ ...live.value, upgrade: upgrade.value }) : upgrade;
}

/** What the code that a process runs leaves in a new one; nothing where nobody has that code any more. */
async function earlierCode(
  { network, archive }: SettledEnvironment,
  goal: Goal,
  { codeDigest, handlers, history }: Extract<ProcessRecord, { readonly state: "deployed" }>,
): Promise<Result<UpgradeFrom | undefined, ProcessesFailure>> {
  const message = messageOf(history, codeDigest);
  const code = await findCode(archive, network, { codeDigest, message });
  if (!code.ok) return code.failure.reason === "code-lost" ? ok(undefined) : code;
  const text = textOf({ ...goal, code: code.value, codeDigest, handlers }, {}, []);
  return ok({ from: "earlier-code", text, sentinel: sentinelOf(codeDigest), messages: [] });
}
