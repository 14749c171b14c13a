import path from "node:path";
import { fail, ok, shortDigest } from "@slipway/signature/basics";
import type { Registry, RegistryFailure } from "@slipway/registry";
import type { Digest, Outcome, Result } from "@slipway/signature";
import type { EntryDamage, PackagesCause, PackagesFailure } from "./failure.ts";
import { isLocalSource, withoutMetadata } from "./fetch-locked.ts";
import { knownUses } from "./known-uses.ts";
import { readLock } from "./lock.ts";
import type { LockedPackage } from "./lock.ts";
import { stockMissing } from "./stock.ts";
import { inspectEntry } from "./store.ts";
import type { StoreEntry } from "./store.ts";
import { checkSources } from "./trust/check-policy.ts";
import { entriesIn } from "./store-place.ts";
import type { Store } from "./store-place.ts";

export type VerifyOptions = {
  readonly store: Store;
  /** Absolute. Its packages are looked at, or with `isAll` every entry of the store beside them. */
  readonly lockFile: string | undefined;
  readonly isAll: boolean;
  /** What is wrong is fetched again, where a lock of a known project says from where. */
  readonly isRepair: boolean;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
};

export type VerifiedEntry = {
  readonly integrity: Digest;
  readonly key?: string;
  readonly state: "right" | "repaired";
};

type Verified = Outcome<PackagesCause> & { readonly entries: readonly VerifiedEntry[] };
type Failure = PackagesFailure | RegistryFailure;

/** An entry, and the package of a lock that it is, if any lock that we know names it. */
type Looked = {
  readonly integrity: Digest;
  readonly locked?: LockedPackage;
  /** Of the lock that was asked for. */
  readonly isOwn: boolean;
};

/** Hashes entries of the store again. One that is not right is a failure, unless it can be repaired. */
export async function verifyStore(options: VerifyOptions): Promise<Result<Verified, Failure>> {
  const looked = await lookedAt(options);
  if (!looked.ok) return looked;
  const { store, isRepair, progress } = options;
  const wrong: (Looked & { readonly entry: Exclude<StoreEntry, { readonly state: "right" }> })[] =
    [];
  for (const [at, each] of looked.value.entries()) {
    if (at % 100 === 99) progress(`Verified ${at + 1} of ${looked.value.length}`);
    const listed = withoutMetadata(each.locked?.files ?? []);
    const entry = await inspectEntry(store, each.integrity, listed);
    if (entry.state !== "right") wrong.push({ ...each, entry });
  }
  const isFetched = ({ locked }: Looked) => locked !== undefined && !isLocalSource(locked.source);
  const repairable = isRepair ? wrong.filter(isFetched) : [];
  const left = wrong.filter((each) => !repairable.includes(each));
  const lost = repairable.flatMap(({ locked, entry, isOwn }) =>
    locked === undefined ? [] : [{ locked, entry, isOwn }],
  );
  if (options.lockFile !== undefined) {
    const own = lost.filter(({ isOwn }) => isOwn).map(({ locked }) => locked);
    const policy = await checkSources(path.dirname(options.lockFile), own);
    if (!policy.ok) return policy;
  }
  const repaired = await stockMissing({ ...options, lockFile: options.lockFile ?? "" }, lost);
  if (!repaired.ok) return repaired;
  if (left.length > 0) {
    const entries = left.map((each) => ({ name: nameOf(each), damage: damageOf(each.entry) }));
    const builds = left.flatMap(({ locked }) =>
      locked !== undefined && isLocalSource(locked.source) ? [locked.source] : [],
    );
    return fail({ reason: "store-damaged", folder: store.folder, entries, builds });
  }
  const mended = new Set(lost.map(({ locked }) => locked.integrity));
  const entries = looked.value.map(({ integrity, locked }) => ({
    integrity,
    ...(locked === undefined ? {} : { key: locked.key }),
    state: mended.has(integrity) ? ("repaired" as const) : ("right" as const),
  }));
  const facts = { entries: entries.length, repaired: mended.size };
  if (mended.size > 0) return ok({ state: "done", cause: "repaired", facts, entries });
  return ok({ state: "unchanged", cause: "verified", facts, entries });
}

/** A package of the lock is looked for even where it is missing. */
async function lookedAt({
  store,
  lockFile,
  isAll,
}: VerifyOptions): Promise<Result<readonly Looked[], PackagesFailure>> {
  const lock = lockFile === undefined ? ok({ packages: [] }) : await readLock(lockFile, lockFile);
  if (!lock.ok) return lock;
  const own = lock.value.packages.map((locked) => ({
    integrity: locked.integrity,
    locked,
    isOwn: true,
  }));
  if (!isAll) return ok(own);
  const uses = await knownUses(store);
  if (!uses.ok) return uses;
  const seen = new Set(own.map(({ integrity }) => integrity));
  const others = (await entriesIn(store)).filter((integrity) => !seen.has(integrity));
  const known = others.map((integrity) => {
    const locked = uses.value.locked.get(integrity);
    return { integrity, isOwn: false, ...(locked === undefined ? {} : { locked }) };
  });
  return ok([...own, ...known]);
}

function nameOf({ integrity, locked }: Looked): string {
  return locked === undefined ? shortDigest(integrity) : locked.key;
}

function damageOf(entry: Exclude<StoreEntry, { readonly state: "right" }>): EntryDamage {
  return entry.state === "missing" ? { kind: "missing" } : entry.damage;
}
