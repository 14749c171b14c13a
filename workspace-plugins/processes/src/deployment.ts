import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { isKnown, untilAssigned } from "./assignment.ts";
import { sentinelOf } from "./bundle.ts";
import type { Wanted } from "./decide.ts";
import type { ProcessesFailure } from "./failure.ts";
import { readLive } from "./live.ts";
import type { AoNetwork, Keep } from "./network.ts";
import { signedItemOf } from "./record.ts";
import type { DeployRecord, Ledger, PendingItem } from "./record.ts";
import { spawnTags } from "./spawn-settings.ts";
import type { SpawnSettings } from "./spawn-settings.ts";

/** What one run wants to be true, and what it may use to make it so. */
export type Deployment = {
  readonly network: AoNetwork;
  readonly ledger: Ledger;
  readonly settings: SpawnSettings;
  readonly wanted: Wanted;
  readonly code: string;
  readonly signal: AbortSignal;
};

type Recorded = Promise<Result<DeployRecord, ProcessesFailure>>;

/** A new process that the scheduler unit knows, recorded as spawned. */
export async function spawnProcess(deployment: Deployment): Recorded {
  const { network, settings } = deployment;
  const journal = openJournal(deployment, "spawn");
  const sent = await network.spawn(spawnTags(settings), journal.keep);
  return sent.ok ? confirmSpawn(deployment, journal.pending()) : sent;
}

/** The code evaluated in a process, proven by its own answer, and recorded as deployed. */
export async function evaluateCode(deployment: Deployment, process: string): Recorded {
  const { network, wanted, code } = deployment;
  const journal = openJournal(deployment, "evaluate", process);
  const tags = [
    { name: "Action", value: "Eval" },
    { name: "Deploy-Code", value: wanted.codeDigest },
  ];
  const sent = await network.send(process, { data: code, tags }, journal.keep);
  return sent.ok ? confirmEvaluation(deployment, journal.pending()) : sent;
}

/**
 * Ends what a stopped run began: an item that never arrived is sent again, one that did is read. `undefined` when
 * there is nothing to end, or when what was begun is no longer wanted or possible.
 */
export async function resume(
  deployment: Deployment,
): Promise<Result<DeployRecord | undefined, ProcessesFailure>> {
  const { ledger, network } = deployment;
  const read = await ledger.readPending();
  if (!read.ok || read.value === undefined) return read.ok ? ok(undefined) : read;
  const pending = read.value;
  if (!isWanted(pending, deployment.wanted)) return forget(ledger);
  const known = await isKnown(network, pending.id, pending.process);
  if (!known.ok) return known;
  const posted = known.value ? ok(undefined) : await network.post(signedItemOf(pending));
  if (!posted.ok) {
    const refused = posted.failure.reason === "unit-refused" && !posted.failure.retryable;
    return refused ? forget(ledger) : posted;
  }
  return pending.step === "spawn"
    ? confirmSpawn(deployment, pending)
    : confirmEvaluation(deployment, pending);
}

async function confirmSpawn(deployment: Deployment, pending: PendingItem): Recorded {
  const { network, ledger, wanted, signal } = deployment;
  const { process } = pending;
  const assigned = await untilAssigned(network, signedItemOf(pending), process, signal);
  if (!assigned.ok) return assigned;
  const record = recordOf(wanted, process);
  await ledger.writeRecord(record);
  await ledger.clearPending();
  return ok(record);
}

async function confirmEvaluation(deployment: Deployment, pending: PendingItem): Recorded {
  const { network, ledger, wanted, signal } = deployment;
  const { process, id: message } = pending;
  const assigned = await untilAssigned(network, signedItemOf(pending), process, signal);
  if (!assigned.ok) return assigned;
  const evaluation = await network.result(process, message);
  if (!evaluation.ok) return evaluation;
  // Whatever the answer says, this message was evaluated: to send it again would change nothing.
  await ledger.clearPending();
  const { error, output } = evaluation.value;
  if (error !== undefined) return fail({ reason: "evaluation-failed", process, message, error });
  if (!output.includes(sentinelOf(wanted.codeDigest))) {
    return fail({ reason: "evaluation-unproven", process, message, output });
  }
  return confirmLive(deployment, process, message);
}

async function confirmLive(deployment: Deployment, process: string, provenBy: string): Recorded {
  const { network, ledger, wanted } = deployment;
  const live = await readLive(network, process);
  if (!live.ok) return live;
  if (live.value !== wanted.codeDigest) {
    const expected = wanted.codeDigest;
    return fail({ reason: "live-code-differs", process, expected, live: live.value });
  }
  const record = recordOf(wanted, process, provenBy);
  await ledger.writeRecord(record);
  return ok(record);
}

/** Without `provenBy` the process is spawned and no more. */
export function recordOf(wanted: Wanted, process: string, provenBy?: string): DeployRecord {
  const { owner, spawnDigest, codeDigest } = wanted;
  const spawned = { version: 1, process, owner, spawnDigest } as const;
  return provenBy === undefined
    ? { ...spawned, state: "spawned" }
    : { ...spawned, state: "deployed", codeDigest, provenBy };
}

function isWanted(pending: PendingItem, wanted: Wanted): boolean {
  const spawnAgrees = pending.spawnDigest === wanted.spawnDigest;
  return spawnAgrees && (pending.step === "spawn" || pending.codeDigest === wanted.codeDigest);
}

async function forget(ledger: Ledger): Promise<Result<undefined, never>> {
  await ledger.clearPending();
  return ok(undefined);
}

/** Writes an item down before it is sent. `process` is left out for a spawn, which is its own process. */
function openJournal(
  { ledger, wanted }: Deployment,
  step: PendingItem["step"],
  process?: string,
): { readonly keep: Keep; readonly pending: () => PendingItem } {
  let kept: PendingItem | undefined;
  return {
    keep: async (item) => {
      const raw = Buffer.from(item.raw).toString("base64");
      kept = { version: 1, step, process: process ?? item.id, id: item.id, raw, ...wanted };
      await ledger.writePending(kept);
    },
    pending: () => {
      if (kept === undefined) throw new Error("internal: an item was sent and not kept");
      return kept;
    },
  };
}
