import { chmod, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { exists, hexOf } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { integrityOf, manifestName } from "./content.ts";
import type { PackageContent, PackageFile } from "./content.ts";
import { isPackagePath } from "./package-path.ts";
import { placeFolder } from "./place-folder.ts";

/** aigg's store, in its layout: `<home>/.aigogo/store/sha256/<2 hex>/<64 hex>/{files/,aigogo.json}`. */
export type Store = { readonly folder: string };

export type StoreEntry =
  | { readonly state: "right"; readonly files: readonly PackageFile[] }
  | { readonly state: "missing" }
  | { readonly state: "damaged" };

export function storeIn(home: string): Store {
  return { folder: path.join(home, ".aigogo", "store") };
}

export function entryFolder(store: Store, integrity: Digest): string {
  const hex = hexOf(integrity);
  return path.join(store.folder, "sha256", hex.slice(0, 2), hex);
}

export function filesFolder(store: Store, integrity: Digest): string {
  return path.join(entryFolder(store, integrity), "files");
}

/** Reads every byte of the entry again: being there proves nothing. */
export async function inspectEntry(store: Store, integrity: Digest): Promise<StoreEntry> {
  const folder = entryFolder(store, integrity);
  if (!(await exists(folder))) return { state: "missing" };
  try {
    const manifest = await readFile(path.join(folder, manifestName));
    const files = await filesUnder(path.join(folder, "files"), "");
    if (files === undefined || !shipsSame(files, manifest)) return { state: "damaged" };
    if (integrityOf({ files, manifest }) === integrity) return { state: "right", files };
    return await withoutBytecode(folder, { files, manifest }, integrity);
  } catch (error) {
    if (error instanceof Error && "code" in error) return { state: "damaged" };
    throw error;
  }
}

/** Atomic; a damaged entry is replaced. The content must have that integrity. */
export async function writeEntry(
  store: Store,
  integrity: Digest,
  content: PackageContent,
): Promise<void> {
  if (integrityOf(content) !== integrity) throw new Error("internal: content of another integrity");
  await placeFolder({
    folder: entryFolder(store, integrity),
    fill: async (partial) => {
      for (const file of content.files) await writeReadOnly(path.join(partial, "files"), file);
      await mkdir(path.join(partial, "files"), { recursive: true });
      await closeFolders(path.join(partial, "files"));
      await writeFile(path.join(partial, manifestName), content.manifest, { mode: 0o644 });
    },
    isRight: async () => (await inspectEntry(store, integrity)).state === "right",
  });
}

/**
 * Python run by the store's owner as root leaves bytecode in it, and would load what another put there. It goes; the
 * rest must then be right.
 */
async function withoutBytecode(
  folder: string,
  { files, manifest }: PackageContent,
  integrity: Digest,
): Promise<StoreEntry> {
  const kept = files.filter((file) => bytecodeFolder(file.path) === undefined);
  if (integrityOf({ files: kept, manifest }) !== integrity) return { state: "damaged" };
  for (const name of new Set(files.map((file) => bytecodeFolder(file.path)))) {
    if (name === undefined) continue;
    await rm(path.join(folder, "files", name), { recursive: true, force: true });
  }
  return { state: "right", files: kept };
}

function bytecodeFolder(file: string): string | undefined {
  const segments = file.split("/");
  const at = segments.indexOf("__pycache__");
  return at === -1 ? undefined : segments.slice(0, at + 1).join("/");
}

/** The copy beside `files/` is what aigg runs scripts by. */
function shipsSame(files: readonly PackageFile[], manifest: Buffer): boolean {
  const shipped = files.find((file) => file.path === manifestName);
  return shipped === undefined || manifest.equals(shipped.bytes);
}

/** `undefined` where there is anything but files and folders: we never wrote a link. */
async function filesUnder(
  root: string,
  folder: string,
): Promise<readonly PackageFile[] | undefined> {
  const files: PackageFile[] = [];
  for (const entry of await readdir(path.join(root, folder), { withFileTypes: true })) {
    const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (!isPackagePath(name)) return undefined;
    if (entry.isDirectory()) {
      const inner = await filesUnder(root, name);
      if (inner === undefined) return undefined;
      files.push(...inner);
    } else if (entry.isFile()) {
      files.push({ path: name, bytes: await readFile(path.join(root, name)) });
    } else return undefined;
  }
  return files;
}

async function writeReadOnly(root: string, file: PackageFile): Promise<void> {
  const target = path.join(root, file.path);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, file.bytes);
  await chmod(target, 0o444);
}

async function closeFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await closeFolders(path.join(folder, entry.name));
  }
  await chmod(folder, 0o555);
}
