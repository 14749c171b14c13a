import type { HashingFailure, ListingFailure } from "../failure.ts";
import type { FileDigest } from "../file-digest.ts";
import { ok } from "../result.ts";
import type { Result } from "../result.ts";
import { openTree } from "../tree/open-tree.ts";
import type { Tree } from "../tree/tree.ts";

/** A tree by a listing and a reading of its own: nothing that was remembered has a part in it. */
export type Truth = Tree & {
  readonly digests: ReadonlyMap<string, FileDigest>;
  readonly failures: ReadonlyMap<string, HashingFailure>;
  /** `digest/size` of the root of all of it; "" where a file cannot be read. */
  readonly rootText: string;
};

export async function readTruth(
  folder: string,
  signal: AbortSignal,
): Promise<Result<Truth, ListingFailure>> {
  const opened = await openTree(folder, { cacheFile: undefined, hashesAll: true, signal });
  if (!opened.ok) return opened;
  const { listing, hash, digestOfFolder, countBelow } = opened.value;
  const regular = listing.files.filter((file) => file.kind === "file");
  const hashed = await hash(folder, regular, signal);
  const root = await digestOfFolder("");
  return ok({
    folder,
    listing,
    hash,
    ...hashed,
    digestOfFolder,
    countBelow,
    rootText: root.ok ? `${root.value.digest}/${root.value.sizeBytes}` : "",
    versionOf: () => undefined,
    memo: { get: () => undefined, set: () => {} },
    save: async () => {},
  });
}
