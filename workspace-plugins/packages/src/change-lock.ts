import path from "node:path";
import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { PackagesFailure } from "./failure.ts";
import { formatLock, readLock, writeLock } from "./lock.ts";
import type { Lock } from "./lock.ts";
import { openProject } from "./open-project.ts";
import type { Store } from "./store-place.ts";
import { onFolder } from "./write-errors.ts";

export type LockPlace = {
  /** Absolute. */
  readonly lockFile: string;
  /** Keeps those apart who change the lock at one time. */
  readonly store: Store;
  readonly signal: AbortSignal;
};

/** A lock that is not there is an empty one. One that cannot be read is left alone. */
export async function readOrBeginLock(lockFile: string): Promise<Result<Lock, PackagesFailure>> {
  const lock = await readLock(lockFile, lockFile);
  const isNew = !lock.ok && lock.failure.reason === "package-file-missing";
  return isNew ? ok({ packages: [] }) : lock;
}

/**
 * Reads the lock, changes it and writes it, while nobody else of ours does: what others have locked since it was last
 * looked at stays in it. Answers the lock as it was found.
 */
export async function changeLock(
  { lockFile, store, signal }: LockPlace,
  change: (lock: Lock) => Result<Lock, PackagesFailure>,
): Promise<Result<Lock, PackagesFailure>> {
  const projectFolder = path.dirname(lockFile);
  return onFolder<Lock, PackagesFailure>(projectFolder, async () => {
    const opened = await openProject(store, { projectFolder }, signal);
    if (!opened.ok) return opened;
    await using _project = opened.value;
    const before = await readOrBeginLock(lockFile);
    if (!before.ok) return before;
    const after = change(before.value);
    if (!after.ok) return after;
    if (formatLock(after.value) !== formatLock(before.value))
      await writeLock(lockFile, after.value);
    return before;
  });
}
