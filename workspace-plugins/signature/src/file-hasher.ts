import type { HashingFailure } from "./failure.ts";
import type { FileDigest } from "./file-digest.ts";
import type { RegularFile } from "./listing.ts";

/**
 * Digests regular files below `folder`. A cache that knows files by their stat can stand in front of one and be
 * another. What cannot be read is a failure for whoever needs it, and for nobody else.
 */
export type FileHasher = (
  folder: string,
  files: readonly RegularFile[],
  signal: AbortSignal,
) => Promise<HashedFiles>;

/** Both by path; each file that was asked for is in one of them. */
export type HashedFiles = {
  readonly digests: ReadonlyMap<string, FileDigest>;
  readonly failures: ReadonlyMap<string, HashingFailure>;
};
