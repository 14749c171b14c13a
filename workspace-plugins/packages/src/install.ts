import path from "node:path";
import type { AttestationFailure } from "@slipway/attestation";
import type { Registry, RegistryFailure } from "@slipway/registry";
import { compareBytes, exists, fail, ok } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { PackagesCause, PackagesFailure } from "./failure.ts";
import { isLocalSource } from "./fetch-locked.ts";
import { hasCode } from "@slipway/signature/read-text";
import { inspectLinks, linkProject, unlinkProject } from "./link-project.ts";
import type { Linked } from "./link-project.ts";
import { isLinkedTo, linkedKeys } from "./linked-keys.ts";
import { nameClash } from "./links.ts";
import type { Installed } from "./links.ts";
import { lockName, readLock } from "./lock.ts";
import type { Lock, LockedPackage } from "./lock.ts";
import { oddLinksFolder } from "./odd-links.ts";
import { openProject } from "./open-project.ts";
import { checkSignatures, checkSources } from "./trust/check-policy.ts";
import type { Policy } from "./trust/policy.ts";
import { dueRecord, writeRecord } from "./project-record.ts";
import type { PythonPlace } from "./python-path.ts";
import { sweepStagings } from "./staging.ts";
import { inspectLocked, stockMissing } from "./stock.ts";
import type { SeenEntries, Stocked } from "./stock.ts";
import { denials, onFolder } from "./write-errors.ts";
import { filesFolder, storeIn } from "./store-place.ts";
import type { Store } from "./store-place.ts";
import { sweepLinks, unfinishedLinks } from "./sweep-links.ts";

export type InstallOptions = {
  readonly workspaceRoot: string;
  /** Relative to the workspace. */
  readonly projectRoot: string;
  /** Holds `.aigogo/store`. */
  readonly home: string;
  /** $VIRTUAL_ENV */
  readonly virtualEnv: string | undefined;
  /** `site-packages` of the machine's Python, where that may be written; absolute. */
  readonly systemFolder?: string | undefined;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  /** Shared by the projects of one run: an entry that several of them use is hashed once. */
  readonly seen?: SeenEntries;
  /** The lock has to be complete: each package with its files and a registry to have it from. */
  readonly isFrozen?: boolean;
  /** No request is made; what is not in the store is a failure that names all of it. */
  readonly isOffline?: boolean;
  /** Answers what would be done, and changes nothing. */
  readonly isDryRun?: boolean;
};

/** What becomes of a locked package. `store`: its language has no links, so it is in the store and nowhere else. */
export type InstalledPackage = {
  readonly key: string;
  readonly version: string;
  readonly language: string;
  readonly integrity: string;
  readonly source: string;
  readonly action: "fetch" | "link" | "keep" | "store";
  /** How many; `undefined` before it is fetched. */
  readonly files?: number;
};

export type Installation = Outcome<PackagesCause> & {
  /** In the order of the lock. */
  readonly packages: readonly InstalledPackage[];
  /** Keys that are no longer importable. */
  readonly removed: readonly string[];
};

type Failure = PackagesFailure | RegistryFailure | AttestationFailure;

/** A project that is being installed. */
type Work = {
  readonly options: InstallOptions;
  readonly store: Store;
  readonly place: PythonPlace;
  readonly lockFile: string;
  readonly lock: Lock;
  readonly policy: Policy | undefined;
};

/**
 * Makes store and project agree with the lock. Nothing of the project changes before every package is in the store and
 * proven; a package that is there costs no request.
 */
export async function installPackages(
  options: InstallOptions,
): Promise<Result<Installation, Failure>> {
  const projectFolder = path.join(options.workspaceRoot, options.projectRoot);
  const lockFile = path.posix.join(options.projectRoot, lockName);
  const lock = await readLock(path.join(options.workspaceRoot, lockFile), lockFile);
  if (!lock.ok) return lock;
  const problem = lockProblem(options, lockFile, lock.value);
  if (problem !== undefined) return fail(problem);
  const policy = await checkSources(path.resolve(projectFolder), lock.value.packages);
  if (!policy.ok) return policy;
  const aigogoFolder = path.join(projectFolder, ".aigogo");
  const odd = await oddLinksFolder(aigogoFolder);
  if (odd !== undefined) return fail(odd);
  const { virtualEnv, systemFolder } = options;
  const place = { projectFolder, aigogoFolder, virtualEnv, systemFolder };
  const work = {
    options,
    store: storeIn(options.home),
    place,
    lockFile,
    lock: lock.value,
    policy: policy.value,
  };
  return onFolder(work.store.folder, () =>
    options.isDryRun === true ? planned(work) : installed(work),
  );
}

async function planned(work: Work): Promise<Result<Installation, Failure>> {
  const { store, place, lock } = work;
  const inspected = await inspectLocked(store, lock.packages);
  const ready = inspected.flatMap(({ locked, entry }) =>
    entry.state === "right" ? [{ locked, files: entry.files, was: entry.state }] : [],
  );
  const kept = await keptKeys(place, installedOf(store, ready));
  const packages = inspected.map(({ locked, entry }) => {
    const count = entry.state === "right" ? { files: entry.files.length } : {};
    return { ...told(locked), action: actionOf(locked, entry.state, kept), ...count };
  });
  const removed = removedKeys(await linkedKeys(place.aigogoFolder), lock);
  const counted = (action: InstalledPackage["action"]): number =>
    packages.filter((each) => each.action === action).length;
  const facts = { fetch: counted("fetch"), link: counted("link"), remove: removed.length };
  return ok({ state: "unchanged", cause: "planned", facts, packages, removed });
}

async function installed(work: Work): Promise<Result<Installation, Failure>> {
  const { options, store, place, lockFile, lock } = work;
  await prepareStore(work);
  const inspected = await inspectLocked(store, lock.packages, options.seen);
  if (options.isOffline === true) {
    const missing = inspected.flatMap(({ locked: { key }, entry: { state } }) =>
      state === "right" ? [] : [{ key, state }],
    );
    if (missing.length > 0) {
      return fail({ reason: "packages-not-in-store", lockFile, packages: missing });
    }
  }
  const { registry, signal, progress } = options;
  const stocking = { store, registry, lockFile, signal, progress };
  const stocked = await stockMissing(stocking, inspected);
  if (!stocked.ok) return stocked;
  const believed = await believe(work);
  if (!believed.ok) return believed;
  const removed = removedKeys(await linkedKeys(place.aigogoFolder), lock);
  const kept = await keptKeys(place, installedOf(store, stocked.value));
  const linked = await link(work, installedOf(store, stocked.value));
  if (!linked.ok) return linked;
  return ok({ ...installationOf(work, stocked.value, linked.value, kept), removed });
}

/** Of packages that are importable already, with this content. */
async function keptKeys(
  { aigogoFolder }: PythonPlace,
  packages: readonly Installed[],
): Promise<ReadonlySet<string>> {
  const kept = new Set<string>();
  for (const each of packages) {
    if (await isLinkedTo(aigogoFolder, each)) kept.add(each.locked.key);
  }
  return kept;
}

/** A store entry that is right is not yet one that may be linked here. */
async function believe({
  options,
  store,
  lock,
  policy,
}: Work): Promise<Result<undefined, Failure>> {
  if (policy === undefined) return ok(undefined);
  const isOffline = options.isOffline === true;
  const { packages } = lock;
  const { registry } = options;
  return checkSignatures(policy, packages, { registry, store, isOffline, now: new Date() });
}

/** Before anything is looked for: from now on the store knows whose its entries are, and nothing is half-made in it. */
async function prepareStore({ store, place, lock, options }: Work): Promise<void> {
  const integrities = lock.packages.map(({ integrity }) => integrity);
  try {
    await sweepStagings(store);
    const record = await dueRecord(store, place.projectFolder, integrities);
    if (record === undefined || lock.packages.length === 0) return;
    const opened = await openProject(store, place, options.signal);
    if (!opened.ok) return;
    await using project = opened.value;
    if (project.staging !== undefined) await writeRecord(project.staging, record);
  } catch (error) {
    // A store that may not be written, in an image say, is not collected either.
    if (!hasCode(error, denials)) throw error;
  }
}

/** What is right is left as it is. Else, one run at a time: what is half-made there is then nobody's. */
async function link(work: Work, packages: readonly Installed[]): Promise<Result<Linked, Failure>> {
  const { store, place, options } = work;
  const { aigogoFolder } = place;
  const isClean = (await unfinishedLinks(aigogoFolder)).length === 0;
  const found = await foundLinks(place, packages);
  if (found.state === "right" && isClean) return ok(found);
  const staging = await openProject(store, place, options.signal);
  if (!staging.ok) return staging;
  await using _opened = staging.value;
  return await onFolder(aigogoFolder, async () => {
    await sweepLinks(aigogoFolder);
    if (packages.length > 0) return ok(await linkProject(place, packages));
    await unlinkProject(place);
    return ok({ state: found.state, pythonPath: undefined });
  });
}

async function foundLinks(place: PythonPlace, packages: readonly Installed[]): Promise<Linked> {
  if (packages.length > 0) return inspectLinks(place, packages);
  const isLinked = await exists(path.join(place.aigogoFolder, "imports"));
  return { state: isLinked ? "changed" : "right", pythonPath: undefined };
}

function lockProblem(
  { isFrozen = false }: InstallOptions,
  lockFile: string,
  { packages }: Lock,
): PackagesFailure | undefined {
  const keys = nameClash(packages);
  if (keys !== undefined) return { reason: "package-names-clash", lockFile, keys };
  if (!isFrozen) return undefined;
  const entries = packages.flatMap(({ key, files, source }) => {
    const problem = files.length === 0 ? "no-files" : "no-registry";
    return files.length === 0 || isLocalSource(source) ? [{ key, problem } as const] : [];
  });
  return entries.length === 0 ? undefined : { reason: "lock-incomplete", lockFile, entries };
}

function installedOf(store: Store, stocked: readonly Stocked[]): readonly Installed[] {
  return stocked
    .filter(({ locked }) => isLinkable(locked))
    .map(({ locked, files }) => ({
      locked,
      filesFolder: filesFolder(store, locked.integrity),
      files: files.map((file) => ({ path: file })),
    }));
}

function isLinkable({ language }: LockedPackage): boolean {
  return language === "python" || language === "javascript";
}

function told({ key, version, language, integrity, source }: LockedPackage) {
  return { key, version, language, integrity, source };
}

function removedKeys(linked: ReadonlySet<string>, lock: Lock): readonly string[] {
  const kept = new Set<string>(lock.packages.filter(isLinkable).map(({ key }) => key));
  return [...linked].filter((key) => !kept.has(key)).toSorted(compareBytes);
}

function installationOf(
  { lock }: Work,
  stocked: readonly Stocked[],
  linked: Linked,
  kept: ReadonlySet<string>,
): Omit<Installation, "removed"> {
  const unlinked = lock.packages.filter((locked) => !isLinkable(locked));
  const facts = {
    packages: stocked.length,
    fetched: stocked.filter(({ was }) => was !== "right").length,
    ...(unlinked.length === 0 ? {} : { "not linked": unlinked.map(languageTold).join(", ") }),
    ...(linked.pythonPath === undefined ? {} : { PYTHONPATH: linked.pythonPath }),
  };
  const cause = causeOf(stocked, linked);
  const packages = stocked.map(({ locked, files, was }) => ({
    ...told(locked),
    action: actionOf(locked, was, kept),
    files: files.length,
  }));
  const state = cause === "project-agrees" ? "unchanged" : "done";
  return { state, cause, facts, packages };
}

function actionOf(
  locked: LockedPackage,
  was: Stocked["was"],
  kept: ReadonlySet<string>,
): InstalledPackage["action"] {
  if (was !== "right") return "fetch";
  if (!isLinkable(locked)) return "store";
  return kept.has(locked.key) ? "keep" : "link";
}

function languageTold({ key, language }: LockedPackage): string {
  return `${key} (${language})`;
}

function causeOf(stocked: readonly Stocked[], { state }: Linked): PackagesCause {
  if (state === "first") return "first-install";
  if (stocked.some(({ was }) => was === "damaged")) return "store-entry-damaged";
  if (stocked.some(({ was }) => was === "missing")) return "store-entry-missing";
  if (state === "missing") return "links-missing";
  return state === "changed" ? "links-changed" : "project-agrees";
}
