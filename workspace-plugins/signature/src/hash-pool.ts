import { availableParallelism } from "node:os";
import type { HashingFailure } from "./failure.ts";
import type { FileDigest } from "./file-digest.ts";
import type { FileHasher, HashedFiles } from "./file-hasher.ts";
import type { RegularFile } from "./listing.ts";
import type { WorkerReply, WorkerRequest } from "./protocol.ts";

/** Worker threads that digest files; they end with `await using`. */
export type HashPool = AsyncDisposable & {
  readonly hash: FileHasher;
};

/** A message carries many small files, or fewer large ones so that all threads get some. */
const chunkLimit = { files: 512, bytes: 32 * 1024 ** 2 };

export async function openHashPool(options: { readonly threads?: number } = {}): Promise<HashPool> {
  // Loaded here: most processes that import this package never open a pool.
  const { Piscina } = await import("piscina");
  const threads = options.threads ?? availableParallelism();
  const pool = new Piscina<WorkerRequest, WorkerReply>({
    filename: new URL("hash-worker.ts", import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    execArgv: [],
  });
  return {
    hash: async (folder, files, signal) => {
      const ask = async (paths: readonly string[], stopping: AbortSignal): Promise<WorkerReply> =>
        pool.run({ type: "digest-files", folder, paths }, { signal: stopping });
      return hashByChunks(ask, files, { lanes: threads * 2, signal });
    },
    [Symbol.asyncDispose]: async () => pool.destroy(),
  };
}

/** The pool of this process: started by the first who needs it, shared by all who do meanwhile, ended with the last. */
export async function joinHashPool(): Promise<HashPool> {
  shared.pool ??= openHashPool();
  shared.users += 1;
  const { hash, [Symbol.asyncDispose]: end } = await shared.pool;
  return {
    hash,
    [Symbol.asyncDispose]: async () => {
      shared.users -= 1;
      if (shared.users > 0) return;
      shared.pool = undefined;
      await end();
    },
  };
}

const shared: { pool: Promise<HashPool> | undefined; users: number } = {
  pool: undefined,
  users: 0,
};

/** Each lane has one message under way, so the queue never holds more than `lanes`. */
async function hashByChunks(
  ask: (paths: readonly string[], signal: AbortSignal) => Promise<WorkerReply>,
  files: readonly RegularFile[],
  { lanes, signal }: { readonly lanes: number; readonly signal: AbortSignal },
): Promise<HashedFiles> {
  signal.throwIfAborted();
  const chunks = chunksOf(files);
  const digests = new Map<string, FileDigest>();
  const failures = new Map<string, HashingFailure>();
  const lane = async (): Promise<void> => {
    for (const paths of chunks) {
      const reply = await ask(paths, signal);
      for (const file of reply.files) digests.set(file.path, file);
      for (const failure of reply.failures) failures.set(failure.path, failure);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { digests, failures };
}

/** Large files first: one that comes last would keep one thread busy while the others have nothing left. */
function* chunksOf(files: readonly RegularFile[]): Generator<readonly string[]> {
  let paths: string[] = [];
  let bytes = 0;
  for (const file of files.toSorted((a, b) => b.sizeBytes - a.sizeBytes)) {
    paths.push(file.path);
    bytes += file.sizeBytes;
    if (paths.length === chunkLimit.files || bytes >= chunkLimit.bytes) {
      yield paths;
      paths = [];
      bytes = 0;
    }
  }
  if (paths.length > 0) yield paths;
}
