import { ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { PackagesFailure } from "../failure.ts";
import { changeLock } from "../change-lock.ts";
import type { LockPlace } from "../change-lock.ts";
import { readLock } from "../lock.ts";
import type { LockedCause } from "./failure.ts";
import { lockedPackages } from "./locked-key.ts";

export type RemovalOptions = LockPlace & {
  /** At least one. */
  readonly keys: readonly string[];
};

/** Takes packages out of the lock, all of them or, where one is not there, none. The links go with the next install. */
export async function removeLocked(
  options: RemovalOptions,
): Promise<Result<Outcome<LockedCause>, PackagesFailure>> {
  const { lockFile, keys } = options;
  const there = await readLock(lockFile, lockFile);
  if (!there.ok) return there;
  const before = await changeLock(options, (lock) => {
    const removed = lockedPackages(lockFile, lock, keys);
    if (!removed.ok) return removed;
    const gone = new Set(removed.value);
    return ok({ packages: lock.packages.filter((each) => !gone.has(each)) });
  });
  if (!before.ok) return before;
  const removed = lockedPackages(lockFile, before.value, keys);
  if (!removed.ok) return removed;
  const packages = removed.value.map(({ key, version }) => `${key} ${version}`).join(", ");
  return ok({ state: "done", cause: "unlocked", facts: { packages, lock: lockFile } });
}
