import { readBuildAccess } from "@slipway/images";
import type { Catalogue, Engine, ImagesFailure } from "@slipway/images";
import { openLockWorld } from "@slipway/images/locked/open-lock-world";
import { fillLock, updateLock } from "@slipway/images/locked/update";
import type { LockOutcome } from "@slipway/images/locked/update";
import type { Only } from "@slipway/images/locked/wanted";
import { userHome } from "@slipway/registry/user-home";
import type { Result } from "@slipway/signature";
import { stateFolder } from "./own-folders.ts";

export type StartLock = {
  readonly catalogue: Catalogue;
  /** Holds the layouts. */
  readonly root: string;
  readonly engine: Engine;
  /** What is locked already is looked up as well. */
  readonly isUpdate: boolean;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  /** Gets why something could not be looked up; what is locked stays. */
  readonly told: (failure: ImagesFailure) => Promise<unknown>;
};

/** Locks, in the user's own lock, what a start needs of what the user has defined: what is not locked, or is newer. */
export function openStartLock(
  start: StartLock,
): (only: Only) => Promise<Result<LockOutcome, ImagesFailure>> {
  const { root, catalogue, engine, isUpdate, signal, progress, told } = start;
  const state = stateFolder(process.env);
  return async (only) => {
    const { readAgentTrust } = await import("./agent-trust.ts");
    const whose = await readAgentTrust(state);
    if (!whose.ok) return whose;
    const world = openLockWorld({
      root,
      lockFolder: state,
      stateFolder: state,
      whose: whose.value,
      home: userHome(),
      catalogue,
      builder: undefined,
      environment: process.env,
      engine: async () => ({ ok: true, value: engine }),
      access: async () => readBuildAccess(process.env, signal),
      takesRecent: !isUpdate,
      isOffline: false,
      signal,
      progress,
    });
    const asked = { names: [], isDryRun: false };
    const updated = isUpdate ? await updateLock(asked, { ...world, only }) : undefined;
    if (updated?.ok === false && !signal.aborted) await told(updated.failure);
    const filled = updated?.ok === true ? updated : await fillLock(asked, { ...world, only });
    if (!filled.ok) return filled;
    for (const { entry, to } of filled.value.changes) progress(`locked ${entry}: ${to}`);
    return filled;
  };
}
