import path from "node:path";
import type { Registry, RegistryFailure } from "@slipway/registry";
import { fail, ok } from "@slipway/signature";
import type { Outcome, Result } from "@slipway/signature";
import type { PackagesCause, PackagesFailure } from "./failure.ts";
import { fetchLocked } from "./fetch-locked.ts";
import { inParallel } from "./in-parallel.ts";
import { linkProject } from "./link-project.ts";
import type { Linked } from "./link-project.ts";
import { nameClash } from "./links.ts";
import type { Installed } from "./links.ts";
import { lockName, readLock } from "./lock.ts";
import type { Lock, LockedPackage } from "./lock.ts";
import { filesFolder, inspectEntry, storeIn, writeEntry } from "./store.ts";
import type { Store, StoreEntry } from "./store.ts";

export type InstallOptions = {
  readonly workspaceRoot: string;
  /** Relative to the workspace. */
  readonly projectRoot: string;
  /** Holds `.aigogo/store`. */
  readonly home: string;
  /** $VIRTUAL_ENV */
  readonly virtualEnv: string | undefined;
  readonly registry: Registry;
  readonly progress: (line: string) => void;
};

/** What became of a locked package. */
export type InstalledPackage = {
  readonly key: string;
  readonly version: string;
  readonly language: string;
  readonly integrity: string;
  readonly files: number;
  readonly isFetched: boolean;
};

export type Installation = Outcome<PackagesCause> & {
  readonly packages: readonly InstalledPackage[];
};

type Failure = PackagesFailure | RegistryFailure;

const fetchesAtOnce = 4;

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
  const unlinkable = lock.value.packages.find(({ language }) => !isLinkable(language));
  if (unlinkable !== undefined) {
    const { key, language } = unlinkable;
    return fail({ reason: "language-not-linkable", lockFile, key, language });
  }
  const keys = nameClash(lock.value.packages);
  if (keys !== undefined) return fail({ reason: "package-names-clash", lockFile, keys });
  const stocked = await stockStore(options, lockFile, lock.value);
  if (!stocked.ok) return stocked;
  const aigogoFolder = path.join(projectFolder, ".aigogo");
  const linked = await linkProject(
    { projectFolder, aigogoFolder, virtualEnv: options.virtualEnv },
    stocked.value.installed,
  );
  return ok({
    ...outcomeOf(stocked.value, linked),
    packages: stocked.value.installed.map(({ locked, files }) => ({
      key: locked.key,
      version: locked.version,
      language: locked.language,
      integrity: locked.integrity,
      files: files.length,
      isFetched: stocked.value.fetchedKeys.includes(locked.key),
    })),
  });
}

type Stocked = {
  readonly installed: readonly Installed[];
  readonly fetched: readonly Exclude<StoreEntry["state"], "right">[];
  readonly fetchedKeys: readonly string[];
};

async function stockStore(
  options: InstallOptions,
  lockFile: string,
  lock: Lock,
): Promise<Result<Stocked, Failure>> {
  const store = storeIn(options.home);
  const stocked = await inParallel(fetchesAtOnce, lock.packages, (locked) =>
    stockOne(options, store, lockFile, locked),
  );
  if (!stocked.ok) return stocked;
  return ok({
    installed: stocked.value.map(({ installed }) => installed),
    fetched: stocked.value.flatMap(({ was }) => (was === "right" ? [] : [was])),
    fetchedKeys: stocked.value.flatMap(({ was, installed }) =>
      was === "right" ? [] : [installed.locked.key],
    ),
  });
}

async function stockOne(
  options: InstallOptions,
  store: Store,
  lockFile: string,
  locked: LockedPackage,
): Promise<Result<{ readonly installed: Installed; readonly was: StoreEntry["state"] }, Failure>> {
  const folder = filesFolder(store, locked.integrity);
  const entry = await inspectEntry(store, locked.integrity);
  if (entry.state === "right") {
    const installed = { locked, filesFolder: folder, files: entry.files };
    return ok({ installed, was: "right" });
  }
  options.progress(`${locked.key}: the store entry is ${entry.state}, fetching ${locked.source}`);
  const content = await fetchLocked(options.registry, lockFile, locked);
  if (!content.ok) return content;
  await writeEntry(store, locked.integrity, content.value);
  const installed = { locked, filesFolder: folder, files: content.value.files };
  return ok({ installed, was: entry.state });
}

function outcomeOf(stocked: Stocked, linked: Linked): Outcome<PackagesCause> {
  const facts = {
    packages: stocked.installed.length,
    fetched: stocked.fetched.length,
    ...(linked.pythonPath === undefined ? {} : { PYTHONPATH: linked.pythonPath }),
  };
  const cause = causeOf(stocked, linked);
  return { state: cause === "project-agrees" ? "unchanged" : "done", cause, facts };
}

function causeOf({ fetched }: Stocked, { state }: Linked): PackagesCause {
  if (state === "first") return "first-install";
  if (fetched.includes("damaged")) return "store-entry-damaged";
  if (fetched.includes("missing")) return "store-entry-missing";
  if (state === "missing") return "links-missing";
  return state === "changed" ? "links-changed" : "project-agrees";
}

function isLinkable(language: string): boolean {
  return language === "python" || language === "javascript";
}
