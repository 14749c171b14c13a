import { readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { fail, hexOf, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { manifestName } from "../content.ts";
import type { PackagesFailure } from "../failure.ts";
import { hasCode } from "@slipway/signature/read-text";
import { readLock } from "../lock.ts";
import type { Lock, LockedPackage } from "../lock.ts";
import { parseForeignManifest } from "../manifest.ts";
import { dependencyIdentity } from "../show-deps/merge.ts";
import { needsOf } from "../show-deps/need.ts";
import type { PackageNeeds } from "../show-deps/need.ts";
import { inspectEntry } from "../store.ts";
import { entryFolder, filesFolder } from "../store-place.ts";
import type { Store } from "../store-place.ts";
import { lockedPackage, unknownKey } from "./locked-key.ts";

export type WhyOptions = {
  /** Absolute. */
  readonly lockFile: string;
  /** A key, an import, a file, or a dependency of Python or npm. */
  readonly asked: string;
  /** Files are named from here. */
  readonly folder: string;
  readonly store: Store;
};

/** Where a locked package comes from and where it lies. */
export type PackageOrigin = {
  readonly key: string;
  readonly version: string;
  readonly source: string;
  readonly integrity: Digest;
  readonly entry: string;
  readonly entryState: "right" | "missing" | "damaged";
  readonly link: string;
  readonly linkState: "right" | "missing" | "leads-elsewhere";
};

/** A package that declares the dependency. */
export type Dependent = {
  readonly key: string;
  readonly version: string;
  readonly constraint: string;
  readonly kind: "runtime" | "optional" | "dev";
};

export type Why =
  | { readonly kind: "package"; readonly origin: PackageOrigin }
  | { readonly kind: "dependency"; readonly name: string; readonly wantedBy: readonly Dependent[] };

/** What of the lock brings this here. */
export async function explainPackage(options: WhyOptions): Promise<Result<Why, PackagesFailure>> {
  const { lockFile, asked, store } = options;
  const lock = await readLock(lockFile, lockFile);
  if (!lock.ok) return lock;
  const locked = lockedPackage(lock.value, asked) ?? (await packageOfFile(options, lock.value));
  if (locked !== undefined) {
    return ok({ kind: "package", origin: await originOf(lockFile, store, locked) });
  }
  const wantedBy = await dependentsOf(lock.value, store, asked);
  if (wantedBy.length > 0) return ok({ kind: "dependency", name: asked, wantedBy });
  return fail(unknownKey(lockFile, lock.value, asked));
}

/** A file of the store, or a link that leads there. */
async function packageOfFile(
  { asked, folder, store }: WhyOptions,
  lock: Lock,
): Promise<LockedPackage | undefined> {
  const file = await realPath(path.resolve(folder, asked));
  const root = await realPath(store.folder);
  if (file === undefined || root === undefined) return undefined;
  const [kind, , hex] = path.relative(root, file).split(path.sep);
  return kind === "sha256" ? lock.packages.find((one) => hexOf(one.integrity) === hex) : undefined;
}

async function originOf(
  lockFile: string,
  store: Store,
  locked: LockedPackage,
): Promise<PackageOrigin> {
  const { key, version, source, integrity, language, files } = locked;
  const imports = path.join(path.dirname(lockFile), ".aigogo", "imports");
  const link = path.join(imports, language === "python" ? "aigogo" : "@aigogo", key);
  const [first = manifestName] = files;
  const linked = await realPath(path.join(link, first));
  const stored = await realPath(path.join(filesFolder(store, integrity), first));
  const leads = linked === stored ? "right" : "leads-elsewhere";
  return {
    key,
    version,
    source,
    integrity,
    entry: entryFolder(store, integrity),
    entryState: (await inspectEntry(store, integrity)).state,
    link,
    linkState: linked === undefined ? "missing" : leads,
  };
}

async function dependentsOf(
  lock: Lock,
  store: Store,
  asked: string,
): Promise<readonly Dependent[]> {
  const all: Dependent[] = [];
  for (const locked of lock.packages) {
    const needs = await storedNeeds(store, locked);
    if (needs === undefined) continue;
    const ecosystem = locked.language === "python" ? "python" : "npm";
    const identity = dependencyIdentity(asked, ecosystem);
    const { key, version } = locked;
    const rows = [
      ...needs.runtime.map((need) => [need, need.isOptional ? "optional" : "runtime"] as const),
      ...needs.dev.map((need) => [need, "dev"] as const),
    ];
    for (const [{ name, constraint }, kind] of rows) {
      if (dependencyIdentity(name, ecosystem) === identity) {
        all.push({ key, version, constraint, kind });
      }
    }
  }
  return all;
}

/** `undefined` where the store has no right entry: what it says may not be so. */
async function storedNeeds(
  store: Store,
  { key, version, integrity, language }: LockedPackage,
): Promise<PackageNeeds | undefined> {
  if ((await inspectEntry(store, integrity)).state !== "right") return undefined;
  const file = path.join(entryFolder(store, integrity), manifestName);
  const manifest = parseForeignManifest(file, await readFile(file, "utf8"));
  if (!manifest.ok) return undefined;
  const { dependencies } = manifest.value;
  return needsOf({
    name: key,
    version,
    language: { name: language, version: undefined },
    dependencies,
  });
}

async function realPath(file: string): Promise<string | undefined> {
  try {
    return await realpath(file);
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR", "ELOOP", "EACCES"])) return undefined;
    throw error;
  }
}
