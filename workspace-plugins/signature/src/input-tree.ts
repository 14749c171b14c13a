import { compareBytes } from "./byte-order.ts";
import { digestOf } from "./digest.ts";
import type { InputFile } from "./ingredients.ts";
import { openDirectoryWriter } from "./tree/directory-message.ts";
import type { DirectoryWriter } from "./tree/directory-message.ts";
import type { DirectoryDigest } from "./tree/tree.ts";

type Named = { readonly name: string; readonly file: InputFile };
type Folder = { readonly folders: Map<string, Folder>; readonly files: Named[] };

/** The digest of the root of the Merkle tree over `files`, and over folders that may have nothing in them. */
export function digestInputTree(
  files: readonly InputFile[],
  emptyFolders: readonly string[] = [],
): DirectoryDigest {
  const root: Folder = { folders: new Map(), files: [] };
  let last = { at: "", folder: root };
  for (const file of files) {
    const slash = file.path.lastIndexOf("/");
    const at = file.path.slice(0, Math.max(0, slash));
    if (at !== last.at) last = { at, folder: folderAt(root, at) };
    last.folder.files.push({ name: file.path.slice(slash + 1), file });
  }
  for (const folder of emptyFolders) folderAt(root, folder);
  return digestFolder(root, openDirectoryWriter());
}

function folderAt(root: Folder, at: string): Folder {
  let folder = root;
  for (const segment of at === "" ? [] : at.split("/")) {
    const next = folder.folders.get(segment) ?? { folders: new Map(), files: [] };
    folder.folders.set(segment, next);
    folder = next;
  }
  return folder;
}

function digestFolder(folder: Folder, writer: DirectoryWriter): DirectoryDigest {
  // The writer has one message at a time: those below come first.
  const nested = [...folder.folders]
    .map(([name, below]) => ({ name, below }))
    .toSorted(byName)
    .map(({ name, below }) => ({ name, ...digestFolder(below, writer) }));
  const files = folder.files.toSorted(byName);
  for (const { name, file } of files) {
    if (file.kind === "file") writer.file(name, file.digest, file.sizeBytes, file.isExecutable);
  }
  for (const { name, digest, sizeBytes } of nested) writer.folder(name, digest, sizeBytes);
  for (const { name, file } of files) {
    if (file.kind === "symlink") writer.symlink(name, file.target);
  }
  const bytes = writer.end();
  return { digest: digestOf(bytes), sizeBytes: bytes.byteLength };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareBytes(a.name, b.name);
}
