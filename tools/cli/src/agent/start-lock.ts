import path from "node:path";
import { readBuildAccess } from "@slipway/images";
import type { Catalogue, Engine, ImagesFailure } from "@slipway/images";
import { openLookTimes } from "@slipway/images/locked/look-times";
import { lockPlace, openLockWorld } from "@slipway/images/locked/open-lock-world";
import { checkLock, fillLock, renewLock } from "@slipway/images/locked/update";
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
  /** What is locked already is looked up at once; else once an hour. */
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
  const times = openLookTimes(path.join(state, "looks"), () => new Date());
  return async (only) => {
    const isLook = isUpdate || (await times.isDue(only));
    const known = { place: lockPlace(state, state), catalogue, only, builder: undefined, signal };
    const before = isLook ? undefined : await checkLock(asked.names, known);
    if (before?.ok === true) return before;
    // Loaded here: what verifies signatures takes longer than the rest of most starts.
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
    const locked = isLook
      ? await renewLock(asked, { ...world, only }, async (failure) => {
          if (isUpdate) await told(failure);
          else progress("what is newer is not known: what is locked stays (--update says why)");
        })
      : await fillLock(asked, { ...world, only });
    if (isLook && !signal.aborted) await times.note(only);
    if (!locked.ok) return locked;
    for (const { entry, to } of locked.value.changes) progress(`locked ${entry}: ${to}`);
    return locked;
  };
}

const asked = { names: [], isDryRun: false };
