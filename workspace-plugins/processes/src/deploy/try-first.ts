import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ProcessesFailure } from "../failure.ts";
import { sentinelOf } from "../evaluated-text.ts";
import { findCode } from "../record/code-archive.ts";
import { messageOf } from "../record/message-of.ts";
import type { Candidate, UpgradeFrom } from "../preflight/candidate.ts";
import { isOurModule, readLiveMemory } from "../preflight/live-memory.ts";
import { idOfText } from "../preflight/machine.ts";
import { judgePreflight, preflight } from "../preflight/preflight.ts";
import type { TaskContext } from "../task.ts";
import { evaluationMessage } from "./deployment.ts";
import type { SettledEnvironment } from "./settle.ts";
import { spawnTags } from "./spawn-settings.ts";
import type { Surveyed } from "./survey.ts";

/**
 * Tries in the real aos module on this machine what is about to be signed: on a copy of the live memory where the network
 * serves it.
 */
export async function tryFirst(
  task: TaskContext,
  settled: SettledEnvironment,
  tried: readonly Surveyed[],
): Promise<Result<void, ProcessesFailure>> {
  const candidates: Candidate[] = [];
  for (const each of tried) {
    const upgrade = await upgradeOf(task, settled, each);
    if (!upgrade.ok) return upgrade;
    candidates.push(candidateOf(settled, each, upgrade.value));
  }
  const { signal, progress = () => undefined } = task;
  const report = await preflight(candidates, { signal, progress });
  if (!report.ok) return report;
  const judged = judgePreflight(report.value, { acceptStateLoss: settled.acceptStateLoss });
  return judged.ok ? ok(undefined) : judged;
}

function candidateOf(
  { definition }: SettledEnvironment,
  { goal, record, step }: Surveyed,
  upgrade: UpgradeFrom | undefined,
): Candidate {
  const { settings, name, codeDigest } = goal;
  const { module, scheduler, authority } = settings.made;
  const process = definition.processes[name];
  const isUpgrade = step.step === "evaluate" && record !== undefined;
  const links = Object.fromEntries(goal.needs.map((need) => [need, idOfText(`process ${need}`)]));
  const tags = [
    { name: "Data-Protocol", value: "ao" },
    { name: "Variant", value: "ao.TN.1" },
    { name: "Type", value: "Process" },
    { name: "Module", value: module },
    { name: "Scheduler", value: scheduler },
    { name: "Authority", value: authority },
    ...spawnTags(settings),
  ];
  const id = isUpgrade ? record.process : idOfText(`process ${name}`);
  const earlier = record?.state === "deployed" ? record.handlers : [];
  return {
    process: name,
    text: evaluationMessage(goal, links, earlier).data,
    sentinel: sentinelOf(codeDigest),
    identity: { id, owner: settings.owner, module, tags },
    onBoot: settings.onBoot && !isUpgrade,
    state: process?.state ?? [],
    checks: process?.checks ?? [],
    external: process?.bundle.external,
    ...(isUpgrade && upgrade !== undefined ? { upgrade } : {}),
  };
}

/** What an upgrade begins from: the live memory, else what the earlier code leaves in a new process, else nothing. */
async function upgradeOf(
  task: TaskContext,
  { network, archive, memoryAt }: SettledEnvironment,
  { goal, record, step }: Surveyed,
): Promise<Result<UpgradeFrom | undefined, ProcessesFailure>> {
  if (step.step !== "evaluate" || record?.state !== "deployed") return ok(undefined);
  if (memoryAt !== undefined && isOurModule(goal.settings.made.module)) {
    const { signal } = task;
    const counted = (question: string) => task.counted("ao-network", question);
    const memory = await readLiveMemory(memoryAt, record.process, { signal, counted });
    if (!memory.ok) return memory;
    if (memory.value !== "unserved") return ok({ from: "live", memory: memory.value });
  }
  const { codeDigest, handlers, history } = record;
  const message = messageOf(history, codeDigest);
  const code = await findCode(archive, network, { codeDigest, message });
  if (!code.ok) return code.failure.reason === "code-lost" ? ok(undefined) : code;
  const before = { ...goal, code: code.value, codeDigest, handlers };
  const { data } = evaluationMessage(before, {}, []);
  return ok({ from: "earlier-code", text: data, sentinel: sentinelOf(codeDigest), messages: [] });
}
