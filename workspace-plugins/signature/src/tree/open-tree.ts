import { lstatSync } from "node:fs";
import path from "node:path";
import { parseDigest } from "../digest.ts";
import type { ListingFailure, SignatureFailure } from "../failure.ts";
import { hashAsPays } from "../hash-files.ts";
import { digestInputTree } from "../input-tree.ts";
import type { InputFile } from "../ingredients.ts";
import { filesUnder, listFiles } from "../listing.ts";
import type { FileListing } from "../listing.ts";
import { fail, ok } from "../result.ts";
import type { Result } from "../result.ts";
import type { DirectoryDigest, Tree } from "./tree.ts";

/** The files of a folder as they are on disk now, digested once and remembered in `cacheFile` for the next process. */
export async function openTree(
  folder: string,
  options: {
    /** `undefined`: nothing is remembered. */
    readonly cacheFile: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<Result<Tree, ListingFailure>> {
  const { signal } = options;
  const listed = await listFiles(folder, signal);
  if (!listed.ok) return listed;
  const listing = listed.value;
  const memo = new Map<string, string>();
  const version = globalThis.crypto.randomUUID();
  return ok({
    folder,
    listing,
    hash: hashAsPays,
    versionOf: (subfolder) => (isFolder(path.join(folder, subfolder)) ? version : undefined),
    memo: { get: (key) => memo.get(key), set: (key, value) => void memo.set(key, value) },
    digestOfFolder: (subfolder) => digestOfFolder(listing, subfolder, signal),
    save: async () => {},
  });
}

function isFolder(absolute: string): boolean {
  return lstatSync(absolute, { throwIfNoEntry: false })?.isDirectory() === true;
}

async function digestOfFolder(
  listing: FileListing,
  folder: string,
  signal: AbortSignal,
): Promise<Result<DirectoryDigest, SignatureFailure>> {
  const files = filesUnder(listing, folder);
  const regular = files.filter((file) => file.kind === "file");
  const hashed = await hashAsPays(listing.folder, regular, signal);
  const [failure] = hashed.failures.values();
  if (failure !== undefined) return fail(failure);
  const start = folder === "" ? 0 : folder.length + 1;
  const inputs = files.flatMap((file): readonly InputFile[] => {
    const name = file.path.slice(start);
    if (file.kind === "symlink") return [{ ...file, path: name }];
    const digest = hashed.digests.get(file.path);
    return digest === undefined ? [] : [{ kind: "file", ...digest, path: name }];
  });
  const { hash, sizeBytes } = digestInputTree(inputs);
  const digest = parseDigest(`sha256:${hash}`);
  if (digest === undefined) throw new Error(`internal: not a digest: ${hash}`);
  return ok({ digest, sizeBytes: Number(sizeBytes) });
}
