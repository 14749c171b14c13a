import { digestFile } from "./file-digest.ts";
import type { HashingFailure } from "./failure.ts";
import type { FileDigest } from "./file-digest.ts";
import type { HashPool } from "./hash-pool.ts";

/** In the place of the pool, in a program of one file: digests in this thread, and needs no library. */
export async function joinHashPool(): Promise<HashPool> {
  return {
    hash: async (folder, files, signal) => {
      const digests = new Map<string, FileDigest>();
      const failures = new Map<string, HashingFailure>();
      for (const { path } of files) {
        // A signal handler only runs when the event loop turns.
        await new Promise((resolve) => setImmediate(resolve));
        signal.throwIfAborted();
        const found = digestFile(folder, path);
        if (found.ok) digests.set(path, found.value);
        else failures.set(path, found.failure);
      }
      return { digests, failures };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
