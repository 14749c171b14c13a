import { fail, ok, shortDigest, takeLock } from "@slipway/signature";
import type { Outcome, Result } from "@slipway/signature";
import { decide } from "./decide.ts";
import type { Step } from "./decide.ts";
import { evaluateCode, recordOf, resume, spawnProcess } from "./deployment.ts";
import type { Deployment } from "./deployment.ts";
import type { ProcessesCause, ProcessesFailure } from "./failure.ts";
import { liveQuestion, readLive } from "./live.ts";
import { readBundle } from "./receipt.ts";
import type { DeployRecord } from "./record.ts";
import { settle } from "./settle.ts";
import type { DeployOptions, Effects } from "./settle.ts";
import { deployTags, spawnDigestOf } from "./spawn-settings.ts";
import type { TaskContext } from "./task.ts";

type Deployed = Result<Outcome<ProcessesCause>, ProcessesFailure>;

/** Makes the network agree with the receipt. One dry-run when it does already. */
export async function deployProcess(
  task: TaskContext,
  options: DeployOptions,
  effects: Effects = {},
): Promise<Deployed> {
  const settled = await settle(task, options, effects);
  if (!settled.ok) return settled;
  const { receipt, settings, network, ledger } = settled.value;
  const code = await readBundle(task.workspaceRoot, task.projectRoot, receipt);
  if (!code.ok) return code;
  // One deployment of a target at a time.
  using lock = takeLock(ledger.lockFile);
  if (lock === undefined) return fail({ reason: "ao-deploy-running", file: ledger.lockFile });
  const wanted = {
    owner: network.owner,
    spawnDigest: spawnDigestOf(settings),
    codeDigest: receipt.codeDigest,
  };
  const { signal } = task;
  return agree({ network, ledger, settings, wanted, code: code.value, signal }, task.once);
}

/** What an earlier run began comes first, then what is recorded, then what the network remembers, then a spawn. */
export async function agree(deployment: Deployment, once: TaskContext["once"]): Promise<Deployed> {
  const { ledger, network, wanted } = deployment;
  const resumed = await resume(deployment);
  if (!resumed.ok) return resumed;
  if (resumed.value !== undefined) return complete(deployment, resumed.value);
  const read = await ledger.readRecord();
  if (!read.ok) return read;
  const record = read.value;
  if (record === undefined) return adoptOrSpawn(deployment);
  const live = await once(liveQuestion(record), () => readLive(network, record.process));
  if (!live.ok) return live;
  return take(decide(record, live.value, wanted), deployment, record);
}

async function complete(deployment: Deployment, record: DeployRecord): Promise<Deployed> {
  return record.state === "deployed"
    ? ok(outcome("deployment-resumed", record))
    : evaluate(deployment, record, "deployment-resumed");
}

async function adoptOrSpawn(deployment: Deployment): Promise<Deployed> {
  const { network, settings, wanted } = deployment;
  const found = await network.processesTagged(deployTags(settings));
  if (!found.ok) return found;
  for (const process of found.value) {
    const live = await readLive(network, process);
    if (!live.ok) return live;
    if (live.value === "gone") continue;
    const record = recordOf(wanted, process);
    const step = decide(record, live.value, wanted);
    const adopting = "cause" in step ? { ...step, cause: "process-adopted" as const } : step;
    return take(adopting, deployment, record);
  }
  return spawn(deployment, "first-deployment", {});
}

async function take(step: Step, deployment: Deployment, record: DeployRecord): Promise<Deployed> {
  const { process, owner } = record;
  const { ledger, wanted } = deployment;
  if (step.step === "refuse") {
    return fail({ reason: "wallet-not-owner", process, owner, wallet: wanted.owner });
  }
  if (step.step === "nothing") {
    return ok({ ...outcome("live-code-agrees", record), state: "unchanged" });
  }
  if (step.step === "spawn") return spawn(deployment, step.cause, { replaced: process });
  if (step.step === "evaluate") return evaluate(deployment, record, step.cause);
  const proven = recordOf(wanted, process, "live-read");
  await ledger.writeRecord(proven);
  return ok(outcome(step.cause, proven));
}

async function spawn(
  deployment: Deployment,
  cause: ProcessesCause,
  facts: Outcome["facts"],
): Promise<Deployed> {
  const spawned = await spawnProcess(deployment);
  return spawned.ok ? evaluate(deployment, spawned.value, cause, facts) : spawned;
}

async function evaluate(
  deployment: Deployment,
  record: DeployRecord,
  cause: ProcessesCause,
  facts: Outcome["facts"] = {},
): Promise<Deployed> {
  const deployed = await evaluateCode(deployment, record.process);
  return deployed.ok ? ok(outcome(cause, deployed.value, facts)) : deployed;
}

function outcome(
  cause: ProcessesCause,
  record: DeployRecord,
  facts: Outcome["facts"] = {},
): Outcome<ProcessesCause> {
  const code = record.state === "deployed" ? { code: shortDigest(record.codeDigest) } : {};
  return { state: "done", cause, facts: { process: record.process, ...code, ...facts } };
}
