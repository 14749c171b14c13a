import type { Digest } from "../digest.ts";
import type { SignatureFailure } from "../failure.ts";
import type { FileHasher } from "../file-hasher.ts";
import type { FileListing } from "../listing.ts";
import type { Result } from "../result.ts";

/** The files of a folder as they were when it was opened. */
export type Tree = {
  readonly folder: string;
  readonly listing: FileListing;
  /** What is known already costs nothing. */
  readonly hash: FileHasher;
  /**
   * Equal texts, in one process or in two that share the cache file, mean that nothing below the folder has changed,
   * by the stat of every file. `undefined`: there is no such folder. `""` is the whole tree.
   */
  readonly versionOf: (folder: string) => string | undefined;
  /** Small texts that others keep beside the digests, valid for as long as their own key says. */
  readonly memo: {
    readonly get: (key: string) => string | undefined;
    readonly set: (key: string, value: string) => void;
  };
  /** The digest of the Directory message of a folder, as the Remote Execution API has it; hashes what is not known. */
  readonly digestOfFolder: (folder: string) => Promise<Result<DirectoryDigest, SignatureFailure>>;
  readonly countBelow: (folder: string) => TreeCounts;
  /**
   * Atomically; safe with concurrent writers. `isSparing`: what the next process finds out again in less time than it
   * takes to write is left to it.
   */
  readonly save: (how?: { readonly isSparing?: boolean }) => Promise<void>;
};

export type TreeCounts = {
  /** Symlinks too. */
  readonly files: number;
  readonly bytes: number;
  /** How many files of the whole tree were read, because nothing was known of them. */
  readonly hashed: number;
};

/** A digest of that API has the size of the message. */
export type DirectoryDigest = { readonly digest: Digest; readonly sizeBytes: number };
