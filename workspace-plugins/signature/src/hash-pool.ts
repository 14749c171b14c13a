import { availableParallelism } from "node:os";
import type { HashingFailure } from "./failure.ts";
import type { FileDigest } from "./file-digest.ts";
import type { RegularFile } from "./listing.ts";
import type { WorkerReply, WorkerRequest } from "./protocol.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";

/** Worker threads that digest files; they end with `await using`. */
export type HashPool = AsyncDisposable & {
  readonly hash: (
    folder: string,
    files: readonly RegularFile[],
    signal: AbortSignal,
  ) => Promise<Result<readonly FileDigest[], HashingFailure>>;
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

/** Each lane has one message under way, so the queue never holds more than `lanes`. The first failure stops the rest. */
async function hashByChunks(
  ask: (paths: readonly string[], signal: AbortSignal) => Promise<WorkerReply>,
  files: readonly RegularFile[],
  { lanes, signal }: { readonly lanes: number; readonly signal: AbortSignal },
): Promise<Result<readonly FileDigest[], HashingFailure>> {
  signal.throwIfAborted();
  const chunks = chunksOf(files);
  const digests: FileDigest[] = [];
  const failures: HashingFailure[] = [];
  const lane = async (): Promise<void> => {
    for (const paths of chunks) {
      const reply = await ask(paths, signal);
      if (reply.type === "files-digested") digests.push(...reply.files);
      else failures.push(reply.failure);
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const [failure] = failures;
  return failure === undefined ? ok(digests) : fail(failure);
}

function* chunksOf(files: readonly RegularFile[]): Generator<readonly string[]> {
  let paths: string[] = [];
  let bytes = 0;
  for (const file of files) {
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
