import { compareBytes } from "./byte-order.ts";
import type { SignatureFailure } from "./failure.ts";
import type { HashedFiles } from "./file-hasher.ts";
import { filesOfFileset, uniqueFiles } from "./fileset.ts";
import type { InputFile } from "./ingredients.ts";
import { recallRoot, rememberRoot } from "./input-root-memo.ts";
import type { Remembered } from "./input-root-memo.ts";
import { digestInputTree } from "./input-tree.ts";
import type { ListedFile } from "./listing.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";
import type { Fileset } from "./target.ts";
import type { DirectoryDigest, Tree } from "./tree/tree.ts";

/** The files of groups of filesets. A file that cannot be read fails only the groups that have it. */
export type InputFiles = {
  readonly rootOf: (group: Filesets) => Result<DirectoryDigest, SignatureFailure>;
  /** In the order of their paths as UTF-8 bytes, for a group that has a root. */
  readonly filesOf: (group: Filesets) => Promise<readonly InputFile[]>;
};

type Filesets = readonly Fileset[];

/** A tree that remembers keeps roots too: a group below whose folders nothing has moved is not matched again. */
export type InputTree = Pick<Tree, "listing" | "hash"> & Partial<Remembered>;

/** Matches each fileset once and reads each file once that any group has whose root is not remembered. */
export async function openInputFiles(
  groups: readonly Filesets[],
  tree: InputTree,
  signal: AbortSignal,
): Promise<InputFiles> {
  const remembered = rememberedIn(tree);
  const roots = new Map<string, Result<DirectoryDigest, SignatureFailure>>();
  const unknown = new Map<string, Filesets>();
  for (const group of groups) {
    const key = keyOf(group);
    if (roots.has(key) || unknown.has(key)) continue;
    const root = recallRoot(group, remembered);
    if (root === undefined) unknown.set(key, group);
    else roots.set(key, ok(root));
  }
  const collect = await matchAndHash([...unknown.values()].flat(), tree, signal);
  const collected = new Map<string, Result<readonly InputFile[], SignatureFailure>>();
  for (const [key, group] of unknown) {
    const files = collect(group);
    const root = rootOf(files);
    collected.set(key, files);
    roots.set(key, root);
    if (files.ok && root.ok) rememberRoot(group, files.value, root.value, remembered);
  }
  return {
    rootOf: (group) => {
      const root = roots.get(keyOf(group));
      if (root === undefined) throw new Error("internal: these filesets were not opened");
      return root;
    },
    filesOf: async (group) => {
      const files = collected.get(keyOf(group)) ?? (await matchAndHash(group, tree, signal))(group);
      if (!files.ok) throw new Error(`internal: files without a root: ${files.failure.reason}`);
      return files.value;
    },
  };
}

function rememberedIn({ versionOf, memo }: InputTree): Remembered | undefined {
  return versionOf === undefined || memo === undefined ? undefined : { versionOf, memo };
}

function keyOf(filesets: Fileset | Filesets): string {
  return JSON.stringify(filesets);
}

type Collect = (group: Filesets) => Result<readonly InputFile[], SignatureFailure>;

async function matchAndHash(
  filesets: Filesets,
  tree: InputTree,
  signal: AbortSignal,
): Promise<Collect> {
  const matched = new Map<string, Result<readonly ListedFile[], SignatureFailure>>();
  for (const fileset of filesets) {
    const key = keyOf(fileset);
    if (!matched.has(key)) matched.set(key, filesOfFileset(fileset, tree.listing));
  }
  if (matched.size === 0) return () => ok([]);
  const found = uniqueFiles(
    [...matched.values()].flatMap((files) => (files.ok ? [files.value] : [])),
  );
  const regular = found.filter((file) => file.kind === "file");
  const hashed = await tree.hash(tree.listing.folder, regular, signal);
  return (group) => collectFiles(group, matched, hashed);
}

function collectFiles(
  group: Filesets,
  matched: ReadonlyMap<string, Result<readonly ListedFile[], SignatureFailure>>,
  hashed: HashedFiles,
): Result<readonly InputFile[], SignatureFailure> {
  const lists: (readonly ListedFile[])[] = [];
  for (const fileset of group) {
    const listed = matched.get(keyOf(fileset));
    if (listed === undefined) throw new Error("internal: this fileset was not matched");
    if (!listed.ok) return listed;
    lists.push(listed.value);
  }
  const files = inByteOrder(uniqueFiles(lists));
  if (hashed.failures.size > 0) {
    for (const { path } of files) {
      const failure = hashed.failures.get(path);
      if (failure !== undefined) return fail(failure);
    }
  }
  return ok(files.map((file) => inputOf(file, hashed)));
}

/** What a single fileset has is in order already. */
function inByteOrder(files: readonly ListedFile[]): readonly ListedFile[] {
  for (let at = 1; at < files.length; at += 1) {
    if (compareBytes(files[at - 1]?.path ?? "", files[at]?.path ?? "") < 0) continue;
    return files.toSorted((a, b) => compareBytes(a.path, b.path));
  }
  return files;
}

function inputOf(file: ListedFile, hashed: HashedFiles): InputFile {
  if (file.kind === "symlink") return file;
  const known = hashed.digests.get(file.path);
  if (known === undefined) throw new Error(`internal: ${file.path} was not hashed`);
  const { path, digest, sizeBytes, isExecutable } = known;
  // Spelled out: spreading takes several times as long, for each of ten thousand files.
  return { kind: "file", path, digest, sizeBytes, isExecutable };
}

function rootOf(
  files: Result<readonly InputFile[], SignatureFailure>,
): Result<DirectoryDigest, SignatureFailure> {
  return files.ok ? ok(digestInputTree(files.value)) : files;
}
