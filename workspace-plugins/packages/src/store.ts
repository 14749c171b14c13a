import { lstatSync, readFileSync } from "node:fs";
import { chmod, lstat, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Digest } from "@slipway/signature";
import { manifestName, mostManifestBytes } from "./content.ts";
import type { EntryDamage } from "./failure.ts";
import { filesBelow, integrityOfFolder } from "./hash-folder.ts";
import { hasCode } from "@slipway/signature/read-text";
import type { PackagePath } from "./package-path.ts";
import type { Staging } from "./staging.ts";
import { entryFolder } from "./store-place.ts";
import type { Store } from "./store-place.ts";

export type StoreEntry =
  | { readonly state: "right"; readonly files: readonly PackagePath[] }
  | { readonly state: "missing" }
  | { readonly state: "damaged"; readonly damage: EntryDamage };

/** A package on disk that is not in the store yet: `files/` in its folder, and what its integrity ends with. */
export type StagedPackage = {
  readonly folder: string;
  readonly files: readonly PackagePath[];
  readonly manifest: Uint8Array;
  readonly integrity: Digest;
};

/**
 * Reads every byte of the entry again: being there proves nothing. `listed` are the files that a lock names; one that
 * names none says nothing of them.
 */
export async function inspectEntry(
  store: Store,
  integrity: Digest,
  listed: readonly PackagePath[] = [],
): Promise<StoreEntry> {
  const folder = entryFolder(store, integrity);
  const odd = oddIn(folder);
  if (odd !== undefined) return odd;
  try {
    const manifest = readFileSync(path.join(folder, manifestName));
    const below = filesBelow(path.join(folder, "files"));
    if (below.odd !== undefined) return damaged({ kind: "odd-file", path: below.odd });
    return await judge({ folder, files: below.files, manifest, integrity, listed });
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    return damaged({ kind: "unreadable", error: String(error.code) });
  }
}

/** A link would lead out of the store, and who opens a pipe waits without end. */
function oddIn(folder: string): StoreEntry | undefined {
  const entry = lstatSync(folder, { throwIfNoEntry: false });
  if (entry === undefined) return { state: "missing" };
  if (!entry.isDirectory()) return damaged({ kind: "odd-file", path: "." });
  const files = lstatSync(path.join(folder, "files"), { throwIfNoEntry: false });
  if (files?.isDirectory() === false) return damaged({ kind: "odd-file", path: "files" });
  const manifest = lstatSync(path.join(folder, manifestName), { throwIfNoEntry: false });
  const isOdd = manifest !== undefined && (!manifest.isFile() || manifest.size > mostManifestBytes);
  return isOdd ? damaged({ kind: "odd-file", path: manifestName }) : undefined;
}

/**
 * One rename puts the entry in its place. A damaged one is moved away first; a right one stays. The staging is of this
 * integrity, so that no other run of ours is at it.
 */
export async function placeEntry(
  store: Store,
  staging: Staging,
  staged: StagedPackage,
): Promise<void> {
  const place = entryFolder(store, staged.integrity);
  await mkdir(path.join(staged.folder, "files"), { recursive: true });
  await closeFolders(path.join(staged.folder, "files"));
  await writeFile(path.join(staged.folder, manifestName), staged.manifest, { mode: 0o644 });
  await mkdir(path.dirname(place), { recursive: true });
  while (!(await renamed(staged.folder, place))) {
    if ((await inspectEntry(store, staged.integrity, staged.files)).state === "right") return;
    await setAside(place, staging);
  }
}

/** Moves an entry out of the store, into a staging that ends with it. */
export async function setAside(place: string, staging: Staging): Promise<string> {
  const aside = path.join(staging.folder, `was-${performance.now()}`);
  try {
    // A folder that may not be written cannot be moved either: its `..` changes.
    if ((await lstat(place)).isDirectory()) await chmod(place, 0o755);
    await rename(place, aside);
  } catch (error) {
    if (!hasCode(error, ["ENOENT"])) throw error;
  }
  return aside;
}

function damaged(damage: EntryDamage): StoreEntry {
  return { state: "damaged", damage };
}

type Judged = Pick<StagedPackage, "folder" | "files" | "manifest" | "integrity"> & {
  readonly listed: readonly PackagePath[];
};

/**
 * Python run by the store's owner as root leaves bytecode in it, and would load what another put there. It goes; the
 * rest must then be right.
 */
async function judge({ folder, files, manifest, integrity, listed }: Judged): Promise<StoreEntry> {
  const root = path.join(folder, "files");
  if ((await integrityOfFolder(root, files, manifest)) === integrity) {
    return asListed(files, listed) ?? { state: "right", files };
  }
  const kept = files.filter((file) => bytecodeFolder(file) === undefined);
  const isKept =
    kept.length < files.length && (await integrityOfFolder(root, kept, manifest)) === integrity;
  if (!isKept) return asListed(kept, listed) ?? damaged({ kind: "other-bytes" });
  for (const name of new Set(files.map(bytecodeFolder))) {
    if (name === undefined) continue;
    await rm(path.join(root, name), { recursive: true, force: true });
  }
  return asListed(kept, listed) ?? { state: "right", files: kept };
}

/** `undefined`: the files are those that are listed, or none are. */
function asListed(
  files: readonly PackagePath[],
  listed: readonly PackagePath[],
): StoreEntry | undefined {
  const difference = filesDifference(files, listed);
  return difference === undefined ? undefined : damaged({ kind: "other-files", ...difference });
}

/** How files differ from those that a lock lists, if it lists any. */
export function filesDifference(
  files: readonly PackagePath[],
  listed: readonly PackagePath[],
): { readonly missing: readonly string[]; readonly extra: readonly string[] } | undefined {
  if (listed.length === 0) return undefined;
  const there = new Set<string>(files);
  const wanted = new Set<string>(listed);
  const missing = listed.filter((file) => !there.has(file));
  const extra = files.filter((file) => !wanted.has(file));
  return missing.length + extra.length === 0 ? undefined : { missing, extra };
}

function bytecodeFolder(file: string): string | undefined {
  const segments = file.split("/");
  const at = segments.indexOf("__pycache__");
  return at === -1 ? undefined : segments.slice(0, at + 1).join("/");
}

async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, ["ENOTEMPTY", "EEXIST", "ENOTDIR"])) return false;
    throw error;
  }
}

async function closeFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await closeFolders(path.join(folder, entry.name));
  }
  await chmod(folder, 0o555);
}
