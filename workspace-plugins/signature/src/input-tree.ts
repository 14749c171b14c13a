import { create, toBinary } from "@bufbuild/protobuf";
import { compareBytes } from "./byte-order.ts";
import { digestOf, hexOf } from "./digest.ts";
import type { Digest } from "./digest.ts";
import type { InputFile } from "./ingredients.ts";
import {
  DigestSchema,
  DirectoryNodeSchema,
  DirectorySchema,
  FileNodeSchema,
  SymlinkNodeSchema,
} from "./remote-execution_pb.ts";
import type { Digest as DigestMessage } from "./remote-execution_pb.ts";

/** The digest of a blob, as actions and folders name it: hex and size. */
function digestMessage(digest: Digest, sizeBytes: number): DigestMessage {
  return create(DigestSchema, { hash: hexOf(digest), sizeBytes: BigInt(sizeBytes) });
}

export function digestOfMessage(bytes: Uint8Array): DigestMessage {
  return digestMessage(digestOf(bytes), bytes.byteLength);
}

type Folder = { readonly folders: Map<string, Folder>; readonly files: Map<string, InputFile> };

/** The digest of the root of the Merkle tree over `files`, and over folders that may have nothing in them. */
export function digestInputTree(
  files: readonly InputFile[],
  emptyFolders: readonly string[] = [],
): DigestMessage {
  const root: Folder = { folders: new Map(), files: new Map() };
  for (const file of files) {
    const segments = file.path.split("/");
    const name = segments.pop() ?? "";
    folderAt(root, segments).files.set(name, file);
  }
  for (const folder of emptyFolders) folderAt(root, folder.split("/"));
  return digestFolder(root);
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

function digestFolder(folder: Folder): DigestMessage {
  const files = [...folder.files].toSorted(byName);
  const directory = create(DirectorySchema, {
    files: files.flatMap(([name, file]) => (file.kind === "file" ? [fileNode(name, file)] : [])),
    directories: [...folder.folders]
      .toSorted(byName)
      .map(([name, nested]) => create(DirectoryNodeSchema, { name, digest: digestFolder(nested) })),
    symlinks: files.flatMap(([name, file]) =>
      file.kind === "symlink" ? [create(SymlinkNodeSchema, { name, target: file.target })] : [],
    ),
  });
  return digestOfMessage(toBinary(DirectorySchema, directory));
}

function fileNode(name: string, file: Extract<InputFile, { kind: "file" }>) {
  return create(FileNodeSchema, {
    name,
    digest: digestMessage(file.digest, file.sizeBytes),
    isExecutable: file.isExecutable,
  });
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compareBytes(a, b);
}
