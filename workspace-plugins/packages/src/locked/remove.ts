import { ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { PackagesFailure } from "../failure.ts";
import { readLock, writeLock } from "../lock.ts";
import type { LockedCause } from "./failure.ts";
import { lockedPackages } from "./locked-key.ts";

export type RemovalOptions = {
  /** Absolute. */
  readonly lockFile: string;
  /** At least one. */
  readonly keys: readonly string[];
};

/** Takes packages out of the lock, all of them or, where one is not there, none. The links go with the next install. */
export async function removeLocked({
  lockFile,
  keys,
}: RemovalOptions): Promise<Result<Outcome<LockedCause>, PackagesFailure>> {
  const lock = await readLock(lockFile, lockFile);
  if (!lock.ok) return lock;
  const removed = lockedPackages(lockFile, lock.value, keys);
  if (!removed.ok) return removed;
  const gone = new Set(removed.value);
  await writeLock(lockFile, { packages: lock.value.packages.filter((each) => !gone.has(each)) });
  const packages = removed.value.map(({ key, version }) => `${key} ${version}`).join(", ");
  return ok({ state: "done", cause: "unlocked", facts: { packages, lock: lockFile } });
}
