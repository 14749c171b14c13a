import { parseDigest } from "../digest.ts";
import type { HashingFailure, ListingFailure } from "../failure.ts";
import type { FileDigest } from "../file-digest.ts";
import { hashAsPays } from "../hash-files.ts";
import type { InputFile } from "../ingredients.ts";
import { digestInputTree } from "../input-tree.ts";
import { filesUnder, listFiles } from "../listing.ts";
import { ok } from "../result.ts";
import type { Result } from "../result.ts";
import type { DirectoryDigest, Tree } from "../tree/tree.ts";

/** A tree by a listing and a reading of its own: nothing that was remembered has a part in it. */
export type Truth = Tree & {
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
  const bare = { folder, listing: listing.value, hash: hashAsPays, ...hashed };
  return ok({
    ...bare,
    versionOf: () => undefined,
    memo: { get: () => undefined, set: () => {} },
    digestOfFolder: async (below) => ok(digestBelow(bare, below)),
    countBelow: () => ({ files: 0, bytes: 0, hashed: 0 }),
    save: async () => {},
  });
}

type Bare = Pick<Truth, "listing" | "digests">;

function digestBelow({ listing, digests }: Bare, folder: string): DirectoryDigest {
  const start = folder === "" ? 0 : folder.length + 1;
  const inputs = filesUnder(listing, folder).flatMap((file): readonly InputFile[] => {
    const path = file.path.slice(start);
    if (file.kind === "symlink") return [{ ...file, path }];
    const digest = digests.get(file.path);
    return digest === undefined ? [] : [{ kind: "file", ...digest, path }];
  });
  const { hash, sizeBytes } = digestInputTree(inputs);
  const digest = parseDigest(`sha256:${hash}`);
  if (digest === undefined) throw new Error(`internal: not a digest: ${hash}`);
  return { digest, sizeBytes: Number(sizeBytes) };
}

/** `digest/size` of the root of all of it. */
export function rootTextOf(truth: Truth): string {
  const { digest, sizeBytes } = digestBelow(truth, "");
  return `${digest}/${sizeBytes}`;
}
