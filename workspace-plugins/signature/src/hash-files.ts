import type { HashingFailure } from "./failure.ts";
import { digestFile } from "./file-digest.ts";
import type { FileDigest } from "./file-digest.ts";
import type { FileHasher } from "./file-hasher.ts";
import { openHashPool } from "./hash-pool.ts";

/** A pool costs 50 ms to start and then takes 0.6 of the time: measured, it pays from here on. */
const poolPaysAt = { files: 20_000, bytes: 128 * 1024 ** 2 };

const filesBetweenTurns = 256;

export const hashInProcess: FileHasher = async (folder, files, signal) => {
  const digests = new Map<string, FileDigest>();
  const failures = new Map<string, HashingFailure>();
  for (const [at, file] of files.entries()) {
    if (at % filesBetweenTurns === 0) {
      // A signal handler only runs when the event loop turns.
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
    const found = digestFile(folder, file.path);
    if (found.ok) digests.set(file.path, found.value);
    else failures.set(file.path, found.failure);
  }
  return { digests, failures };
};

/** In this thread, or in a pool of its own when there is so much to read that it pays. */
export const hashAsPays: FileHasher = async (folder, files, signal) => {
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (files.length < poolPaysAt.files && bytes < poolPaysAt.bytes) {
    return hashInProcess(folder, files, signal);
  }
  await using pool = await openHashPool();
  return await pool.hash(folder, files, signal);
};
