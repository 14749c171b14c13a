import path from "node:path";
import type { AosModule, Evaluate } from "@slipway/aos";
import { ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { openAssignmentsLog } from "./assignments-log.ts";
import { openCompute } from "./compute.ts";
import type { Compute } from "./compute.ts";
import type { NetworkFailure } from "./failure.ts";
import type { Id } from "./id.ts";
import type { Module } from "./module.ts";
import { openOutbox } from "./outbox.ts";
import type { Outbox } from "./outbox.ts";
import { openScheduler } from "./scheduler.ts";
import type { Scheduler } from "./scheduler.ts";
import { openSnapshots } from "./snapshots.ts";
import type { UnitKey } from "./wallet.ts";

/** Everything that was assigned, and what follows from it. */
export type NetworkState = AsyncDisposable & {
  readonly scheduler: Scheduler;
  readonly compute: Compute;
  readonly outbox: Outbox;
  /** When its files are as they stay until something is asked of it. */
  readonly idle: () => Promise<void>;
};

/** The files of a state, in its folder. */
export const stateFiles = { assignments: "assignments.jsonl", memories: "snapshots" } as const;

export type StateParts = {
  readonly aos: AosModule;
  readonly module: Module;
  readonly evaluate: Evaluate;
  readonly schedulers: readonly Id[];
  readonly authority: UnitKey;
};

export async function openState(
  folder: string,
  { aos, module, evaluate, schedulers, authority }: StateParts,
): Promise<Result<NetworkState, NetworkFailure>> {
  await using stack = new AsyncDisposableStack();
  const log = await openAssignmentsLog(path.join(folder, stateFiles.assignments));
  if (!log.ok) return log;
  stack.use(log.value);
  const scheduler = openScheduler(log.value, { module: module.id, schedulers, now: Date.now });
  const snapshots = stack.use(openSnapshots(path.join(folder, stateFiles.memories), aos.digest));
  const compute = openCompute({ scheduler, evaluate, snapshots, module });
  const outbox = stack.use(openOutbox({ scheduler, compute, key: authority }));
  const owned = stack.move();
  const idle = async () => {
    await outbox.idle();
    await snapshots.idle();
  };
  return ok({
    scheduler,
    compute,
    outbox,
    idle,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}
