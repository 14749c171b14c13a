import type { HashingFailure, ListingFailure } from "../failure.ts";
import type { FileDigest } from "../file-digest.ts";
import { hashAsPays } from "../hash-files.ts";
import type { InputFile } from "../ingredients.ts";
import { digestInputTree } from "../input-tree.ts";
import { listFiles } from "../listing.ts";
import { ok } from "../result.ts";
import type { Result } from "../result.ts";
import type { Tree } from "../tree/tree.ts";

/** A tree by a listing and a reading of its own: nothing that was remembered has a part in it. */
export type Truth = Pick<Tree, "folder" | "listing" | "hash"> & {
  readonly digests: ReadonlyMap<string, FileDigest>;
  readonly failures: ReadonlyMap<string, HashingFailure>;
};

export async function readTruth(
  folder: string,
  signal: AbortSignal,
): Promise<Result<Truth, ListingFailure>> {
  const listing = await listFiles(folder, signal);
  if (!listing.ok) return listing;
  const regular = listing.value.files.filter((file) => file.kind === "file");
  const hashed = await hashAsPays(folder, regular, signal);
  return ok({ folder, listing: listing.value, hash: hashAsPays, ...hashed });
}

/** `digest/size` of the root of all of it, as `digestOfFolder("")` of a tree. */
export function rootTextOf({ listing, digests }: Truth): string {
  const inputs = listing.files.flatMap((file): readonly InputFile[] => {
    if (file.kind === "symlink") return [file];
    const digest = digests.get(file.path);
    return digest === undefined ? [] : [{ kind: "file", ...digest }];
  });
  const { hash, sizeBytes } = digestInputTree(inputs);
  return `sha256:${hash}/${sizeBytes}`;
}
