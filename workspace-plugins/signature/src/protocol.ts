import type { HashingFailure } from "./failure.ts";
import type { FileDigest } from "./file-digest.ts";

/** What a worker is asked: many paths a message, since a message costs as much as hashing several small files. */
export type WorkerRequest = {
  readonly type: "digest-files";
  readonly folder: string;
  readonly paths: readonly string[];
};

export type WorkerReply = {
  readonly type: "files-digested";
  readonly files: readonly FileDigest[];
  readonly failures: readonly HashingFailure[];
};
