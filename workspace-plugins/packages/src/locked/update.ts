import type { Registry, RegistryFailure } from "@slipway/registry";
import { fail, ok, shortDigest } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import { resolvePackage } from "../add.ts";
import { changeLock } from "../change-lock.ts";
import type { PackagesFailure } from "../failure.ts";
import { readLock, withPackage } from "../lock.ts";
import type { Lock, LockedPackage } from "../lock.ts";
import type { Store } from "../store-place.ts";
import { agesOf, sourceWithTag } from "./age.ts";
import type { PackageAge } from "./age.ts";
import type { LockedCause } from "./failure.ts";
import { lockedPackages } from "./locked-key.ts";

export type OutdatedOptions = {
  /** Absolute. */
  readonly lockFile: string;
  /** All where there are none. */
  readonly keys: readonly string[];
  readonly registry: Registry;
  readonly progress: (line: string) => void;
};

export type UpdateOptions = OutdatedOptions & {
  /** Also to versions that are not compatible. */
  readonly toLatest: boolean;
  /** Says what would be, by the tags alone. */
  readonly isDryRun: boolean;
  /** Keeps the content, so that an install fetches nothing. */
  readonly store: Store;
  readonly signal: AbortSignal;
};

export type PackageChange = {
  readonly key: string;
  readonly from: Pick<LockedPackage, "version" | "integrity" | "source">;
  /** Of a dry run, the source alone is known. */
  readonly to: Partial<Pick<LockedPackage, "version" | "integrity">> & { readonly source: string };
};

type Failure = PackagesFailure | RegistryFailure;

/** What the registries have for the packages of a lock. Fetches and changes nothing. */
export async function outdatedPackages({
  lockFile,
  keys,
  registry,
  progress,
}: OutdatedOptions): Promise<Result<readonly PackageAge[], Failure>> {
  const lock = await readLock(lockFile, lockFile);
  if (!lock.ok) return lock;
  const asked = lockedPackages(lockFile, lock.value, keys);
  if (!asked.ok) return asked;
  progress(`Asking for newer versions of ${asked.value.length} package(s)`);
  return agesOf(registry, lockFile, asked.value);
}

/**
 * Locks newer versions, and what tags that have moved name by now. All of it or, where one of them fails, nothing. A
 * package that has got another name or language by then is another package, and refused.
 */
export async function updatePackages(
  options: UpdateOptions,
): Promise<Result<Outcome<LockedCause> & { readonly changes: readonly PackageChange[] }, Failure>> {
  const ages = await outdatedPackages(options);
  if (!ages.ok) return ages;
  const targets = ages.value.flatMap((age) => targetOf(age, options.toLatest));
  if (options.isDryRun) return ok(outcomeOf(targets.map(plannedChange), "updates-planned"));
  const changed: Changed[] = [];
  for (const target of targets) {
    const resolved = await resolve(options, target);
    if (!resolved.ok) return resolved;
    if (JSON.stringify(resolved.value) === JSON.stringify(target.locked)) continue;
    changed.push({ before: target.locked, after: resolved.value });
  }
  if (changed.length > 0) {
    // The fetching may have taken a while, and the lock may be another by now.
    const written = await changeLock(options, (lock) =>
      ok(changed.reduce<Lock>((held, { after }) => withPackage(held, after), lock)),
    );
    if (!written.ok) return written;
  }
  return ok(outcomeOf(changed.map(madeChange), "updated"));
}

type Target = { readonly locked: LockedPackage; readonly source: string };
type Changed = { readonly before: LockedPackage; readonly after: LockedPackage };

function targetOf(age: PackageAge, toLatest: boolean): readonly Target[] {
  const { locked, tag, wanted, latest, content } = age;
  const next = toLatest ? latest : wanted;
  if (content === "local" || content === "pinned") return [];
  if (next !== tag) return [{ locked, source: sourceWithTag(locked.source, next) }];
  return content === "moved" || content === "unclear" ? [{ locked, source: locked.source }] : [];
}

async function resolve(
  { store, registry, signal, progress }: UpdateOptions,
  { locked, source }: Target,
): Promise<Result<LockedPackage, Failure>> {
  progress(`Fetching ${source}`);
  const resolved = await resolvePackage({ reference: source, store, registry, signal });
  if (!resolved.ok) return resolved;
  const { key, language } = resolved.value;
  if (key === locked.key && language === locked.language) return resolved;
  return fail({ reason: "update-is-other", key: locked.key, source, found: key, language });
}

function plannedChange({ locked, source }: Target): PackageChange {
  return { key: locked.key, from: sideOf(locked), to: { source } };
}

function madeChange({ before, after }: Changed): PackageChange {
  return { key: after.key, from: sideOf(before), to: sideOf(after) };
}

function sideOf({ version, integrity, source }: LockedPackage): PackageChange["from"] {
  return { version, integrity, source };
}

function outcomeOf(
  changes: readonly PackageChange[],
  cause: "updated" | "updates-planned",
): Outcome<LockedCause> & { readonly changes: readonly PackageChange[] } {
  if (changes.length === 0) return { state: "unchanged", cause: "up-to-date", facts: {}, changes };
  const facts = Object.fromEntries(changes.map((change) => [change.key, changeText(change)]));
  return { state: "done", cause, facts, changes };
}

function changeText({ from, to }: PackageChange): string {
  if (to.version === undefined || to.integrity === undefined)
    return `${from.source} → ${to.source}`;
  const isSame = from.version === to.version;
  const versions = isSame ? `${to.version}, other content` : `${from.version} → ${to.version}`;
  return `${versions} (${shortDigest(from.integrity)} → ${shortDigest(to.integrity)})`;
}
