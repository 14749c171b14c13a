import path from "node:path";
import { ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { PackagesFailure } from "./failure.ts";
import { lockName, readLock } from "./lock.ts";
import type { LockedPackage } from "./lock.ts";
import { readRecords } from "./project-record.ts";
import type { ProjectRecord } from "./project-record.ts";
import type { Store } from "./store-place.ts";

/** What the projects that installed from a store want of it. */
export type KnownUses = {
  /** By their locks as they are now. */
  readonly locked: ReadonlyMap<Digest, LockedPackage>;
  /** What any of them has ever installed. */
  readonly installed: ReadonlySet<Digest>;
  /** Records of projects whose lock is gone. */
  readonly gone: readonly ProjectRecord[];
};

/** Of all projects on record but `except`. A lock that cannot be read is a failure: nobody knows what it uses. */
export async function knownUses(
  store: Store,
  { except }: { readonly except?: string } = {},
): Promise<Result<KnownUses, PackagesFailure>> {
  const locked = new Map<Digest, LockedPackage>();
  const installed = new Set<Digest>();
  const gone: ProjectRecord[] = [];
  for (const record of await readRecords(store)) {
    if (record.project === except) continue;
    for (const integrity of record.integrities) installed.add(integrity);
    const file = path.join(record.project, lockName);
    const lock = await readLock(file, file);
    if (lock.ok) for (const each of lock.value.packages) locked.set(each.integrity, each);
    else if (lock.failure.reason === "package-file-missing") gone.push(record);
    else return lock;
  }
  return ok({ locked, installed, gone });
}
