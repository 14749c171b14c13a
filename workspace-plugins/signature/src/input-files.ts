import { compareBytes } from "./byte-order.ts";
import { parseDigest } from "./digest.ts";
import type { SignatureFailure } from "./failure.ts";
import type { FileHasher, HashedFiles } from "./file-hasher.ts";
import { filesOfFileset } from "./fileset.ts";
import type { InputFile } from "./ingredients.ts";
import { digestInputTree } from "./input-tree.ts";
import type { FileListing, ListedFile, RegularFile } from "./listing.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";
import type { Fileset } from "./target.ts";
import type { DirectoryDigest } from "./tree/tree.ts";

/** The files of filesets. A file that cannot be read fails only the filesets that have it. */
export type InputFiles = {
  readonly rootOf: (filesets: readonly Fileset[]) => Result<DirectoryDigest, SignatureFailure>;
  /** In the order of their paths as UTF-8 bytes, for filesets that have a root. */
  readonly filesOf: (filesets: readonly Fileset[]) => readonly InputFile[];
};

/** Matches each of the filesets once and reads each file that any of them has once. */
export async function openInputFiles(
  filesets: readonly Fileset[],
  from: { readonly listing: FileListing; readonly hash: FileHasher },
  signal: AbortSignal,
): Promise<InputFiles> {
  const matched = new Map<string, Result<readonly ListedFile[], SignatureFailure>>();
  const regular = new Map<string, RegularFile>();
  for (const fileset of filesets) {
    const key = keyOf(fileset);
    if (matched.has(key)) continue;
    const files = filesOfFileset(fileset, from.listing);
    matched.set(key, files);
    for (const file of files.ok ? files.value : []) {
      if (file.kind === "file") regular.set(file.path, file);
    }
  }
  const hashed = await from.hash(from.listing.folder, [...regular.values()], signal);
  const roots = new Map<string, Result<DirectoryDigest, SignatureFailure>>();
  const collect = (some: readonly Fileset[]) => collectFiles(some, matched, hashed);
  return {
    rootOf: (some) => {
      const key = JSON.stringify(some);
      const root = roots.get(key) ?? rootOf(collect(some));
      roots.set(key, root);
      return root;
    },
    filesOf: (some) => {
      const files = collect(some);
      if (!files.ok) throw new Error(`internal: files without a root: ${files.failure.reason}`);
      return files.value;
    },
  };
}

function keyOf(fileset: Fileset): string {
  return JSON.stringify(fileset);
}

function collectFiles(
  filesets: readonly Fileset[],
  matched: ReadonlyMap<string, Result<readonly ListedFile[], SignatureFailure>>,
  hashed: HashedFiles,
): Result<readonly InputFile[], SignatureFailure> {
  const files = new Map<string, InputFile>();
  for (const fileset of filesets) {
    const listed = matched.get(keyOf(fileset));
    if (listed === undefined) throw new Error("internal: this fileset was not matched");
    if (!listed.ok) return listed;
    for (const file of listed.value) {
      const input = inputOf(file, hashed);
      if (!input.ok) return input;
      files.set(file.path, input.value);
    }
  }
  return ok([...files.values()].toSorted((a, b) => compareBytes(a.path, b.path)));
}

function inputOf(file: ListedFile, hashed: HashedFiles): Result<InputFile, SignatureFailure> {
  if (file.kind === "symlink") return ok(file);
  const failure = hashed.failures.get(file.path);
  if (failure !== undefined) return fail(failure);
  const digest = hashed.digests.get(file.path);
  if (digest === undefined) throw new Error(`internal: ${file.path} was not hashed`);
  return ok({ kind: "file", ...digest });
}

function rootOf(
  files: Result<readonly InputFile[], SignatureFailure>,
): Result<DirectoryDigest, SignatureFailure> {
  if (!files.ok) return files;
  const { hash, sizeBytes } = digestInputTree(files.value);
  const digest = parseDigest(`sha256:${hash}`);
  if (digest === undefined) throw new Error(`internal: not a digest: ${hash}`);
  return ok({ digest, sizeBytes: Number(sizeBytes) });
}
