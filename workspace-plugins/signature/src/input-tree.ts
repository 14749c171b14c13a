import { compareBytes } from "./byte-order.ts";
import { digestOf, hexOf } from "./digest.ts";
import type { Digest } from "./digest.ts";
import type { InputFile } from "./ingredients.ts";
import { openDirectoryWriter } from "./tree/directory-message.ts";
import type { DirectoryWriter } from "./tree/directory-message.ts";
import type { DirectoryDigest } from "./tree/tree.ts";

type Folder = { readonly folders: Map<string, Folder>; readonly files: Map<string, InputFile> };

/** The digest of the root of the Merkle tree over `files`, and over folders that may have nothing in them. */
export function digestInputTree(
  files: readonly InputFile[],
  emptyFolders: readonly string[] = [],
): DirectoryDigest {
  const root: Folder = { folders: new Map(), files: new Map() };
  for (const file of files) {
    const segments = file.path.split("/");
    const name = segments.pop() ?? "";
    folderAt(root, segments).files.set(name, file);
  }
  for (const folder of emptyFolders) folderAt(root, folder.split("/"));
  return digestFolder(root, openDirectoryWriter());
}

function folderAt(root: Folder, segments: readonly string[]): Folder {
  let folder = root;
  for (const segment of segments) {
    const next = folder.folders.get(segment) ?? { folders: new Map(), files: new Map() };
    folder.folders.set(segment, next);
    folder = next;
  }
  return folder;
}

function digestFolder(folder: Folder, writer: DirectoryWriter): DirectoryDigest {
  // The writer has one message at a time: those below come first.
  const nested = [...folder.folders]
    .toSorted(byName)
    .map(([name, below]) => ({ name, ...digestFolder(below, writer) }));
  const files = [...folder.files].toSorted(byName);
  for (const [name, file] of files) {
    if (file.kind !== "file") continue;
    writer.file(name, bytesOf(file.digest), file.sizeBytes, file.isExecutable);
  }
  for (const { name, digest, sizeBytes } of nested) writer.folder(name, bytesOf(digest), sizeBytes);
  for (const [name, file] of files) {
    if (file.kind === "symlink") writer.symlink(name, file.target);
  }
  const bytes = writer.end();
  return { digest: digestOf(bytes), sizeBytes: bytes.byteLength };
}

function bytesOf(digest: Digest): Uint8Array {
  return Buffer.from(hexOf(digest), "hex");
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compareBytes(a, b);
}
