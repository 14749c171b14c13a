import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Registry, RegistryFailure } from "@slipway/registry";
import { inParallel, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { integrityOf } from "./content.ts";
import type { PackageContent } from "./content.ts";
import type { PackagesFailure, StoreFailure } from "./failure.ts";
import { fetchLocked, withoutMetadata } from "./fetch-locked.ts";
import type { LockedPackage } from "./lock.ts";
import type { PackagePath } from "./package-path.ts";
import { openStaging } from "./staging.ts";
import { filesDifference, inspectEntry, placeEntry } from "./store.ts";
import type { StagedPackage, StoreEntry } from "./store.ts";
import type { Store } from "./store-place.ts";
import { onFolder } from "./write-errors.ts";

/** A locked package and what the store has of it. */
export type Inspected = { readonly locked: LockedPackage; readonly entry: StoreEntry };

export type Stocked = {
  readonly locked: LockedPackage;
  readonly files: readonly PackagePath[];
  /** What the store had before. */
  readonly was: StoreEntry["state"];
};

export type Stocking = {
  readonly store: Store;
  readonly registry: Registry;
  /** How failures name the lock. */
  readonly lockFile: string;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
};

/** The client lets fewer requests through; while some are written and hashed, others are asked. */
const fetchesAtOnce = 12;

/** The files of entries that were found right a moment ago, by a run that installs several projects. */
export type SeenEntries = Map<Digest, readonly PackagePath[]>;

/** In the order of the lock. */
export async function inspectLocked(
  store: Store,
  packages: readonly LockedPackage[],
  seen: SeenEntries = new Map(),
): Promise<readonly Inspected[]> {
  const inspected: Inspected[] = [];
  for (const locked of packages) {
    const listed = withoutMetadata(locked.files);
    const files = seen.get(locked.integrity);
    const isSeen = files !== undefined && filesDifference(files, listed) === undefined;
    const entry = isSeen
      ? ({ state: "right", files } as const)
      : await inspectEntry(store, locked.integrity, listed);
    if (entry.state === "right") seen.set(locked.integrity, entry.files);
    inspected.push({ locked, entry });
  }
  return inspected;
}

/** Fetches what is not right, many at a time; results in the order of `inspected`. */
export async function stockMissing(
  stocking: Stocking,
  inspected: readonly Inspected[],
): Promise<Result<readonly Stocked[], PackagesFailure | RegistryFailure>> {
  const missing = inspected.filter(({ entry }) => entry.state !== "right");
  const numbers = new Map(missing.map(({ locked }, at) => [locked, at + 1]));
  return onFolder(stocking.store.folder, () =>
    inParallel(fetchesAtOnce, inspected, async ({ locked, entry }) => {
      if (entry.state === "right") return ok({ locked, files: entry.files, was: entry.state });
      const part =
        missing.length === 1 ? "" : ` (${numbers.get(locked) ?? 0} of ${missing.length})`;
      return stockOne(stocking, locked, entry.state, part);
    }),
  );
}

async function stockOne(
  { store, registry, lockFile, signal, progress }: Stocking,
  locked: LockedPackage,
  was: StoreEntry["state"],
  part: string,
): Promise<Result<Stocked, PackagesFailure | RegistryFailure>> {
  const waiting = (): void => progress(`Waiting for another run that fetches ${locked.key}`);
  const staging = await openStaging(store, { entry: locked.integrity }, { signal, waiting });
  if (!staging.ok) return staging;
  await using opened = staging.value;
  // Another run may have fetched it while we waited.
  const now = await inspectEntry(store, locked.integrity, withoutMetadata(locked.files));
  if (now.state === "right") return ok({ locked, files: now.files, was: "right" });
  progress(`Fetching ${locked.key} from ${locked.source}${part}`);
  const staged = await fetchLocked({ registry, lockFile, locked, folder: opened.folder });
  if (!staged.ok) return staged;
  await placeEntry(store, opened, staged.value);
  return ok({ locked, files: staged.value.files, was });
}

/** Puts files that are in memory into the store. */
export async function stockContent(
  store: Store,
  content: PackageContent,
  { signal }: { readonly signal: AbortSignal },
): Promise<Result<undefined, StoreFailure>> {
  const integrity = integrityOf(content);
  const staging = await openStaging(store, { entry: integrity }, { signal });
  if (!staging.ok) return staging;
  await using opened = staging.value;
  const folder = path.join(opened.folder, "package");
  for (const file of content.files) {
    const target = path.join(folder, "files", file.path);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, file.bytes);
    await chmod(target, 0o444);
  }
  const files = content.files.map((file) => file.path);
  await placeEntry(store, opened, { folder, files, manifest: content.manifest, integrity });
  return ok(undefined);
}

/** Puts a package that lies elsewhere on the store's file system into the store, unless it is there and right. */
export async function stock(
  store: Store,
  staged: StagedPackage,
  { signal }: { readonly signal: AbortSignal },
): Promise<Result<undefined, StoreFailure>> {
  const staging = await openStaging(store, { entry: staged.integrity }, { signal });
  if (!staging.ok) return staging;
  await using opened = staging.value;
  const entry = await inspectEntry(store, staged.integrity, staged.files);
  if (entry.state !== "right") await placeEntry(store, opened, staged);
  return ok(undefined);
}
