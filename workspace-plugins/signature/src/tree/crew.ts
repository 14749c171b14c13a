import path from "node:path";
import type { Worker } from "node:worker_threads";
import { openLooking } from "./look.ts";
import { cursorAt, cursorWords, takeFolders } from "./scan.ts";
import type { PassResult } from "./scan.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Task } from "./task.ts";

export type PassRequest = Omit<Task, "cursor" | "port" | "snapshot"> & {
  readonly old: Snapshot | undefined;
};

/** This thread and one beside it, which is started when there is enough to do. */
export type Crew = AsyncDisposable & {
  /** Starts the other thread, if it is not: it boots while this one goes on. */
  readonly expect: (entries: number, what: keyof typeof threadPaysAt) => void;
  readonly run: (request: PassRequest, signal: AbortSignal) => Promise<readonly PassResult[]>;
};

/**
 * From so many files on two threads are faster than one. Measured on 2026-11-21, two cores, Node 26.10, whole processes,
 * time of two against that of one: files that are compared, 8000 of them 1.16, 16 000 1.03, 32 000 0.95, 100 000 0.75;
 * files of 2 KiB that are read, 4000 of them 1.13, 8000 1.0, 16 000 0.95, 100 000 0.83. The thread costs 40 ms of a
 * processor, half of it before its first line. A bare thread and no pool: importing and starting Piscina takes 40 ms, and
 * its messages would carry what these threads share. The few large files that a scan leaves are digested in that pool.
 */
const threadPaysAt = { compared: 20_000, read: 8000 };

export function openCrew(): Crew {
  const beside: Worker[] = [];
  return {
    expect: (entries, what) => {
      if (entries >= threadPaysAt[what] && beside.length === 0) beside.push(startThread());
    },
    run: (request, signal) => runPass(request, beside[0], signal),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(beside.map((thread) => thread.terminate()));
    },
  };
}

/** What threads need of Node is loaded with the first: most trees do without. */
function startThread(): Worker {
  // What is made for each file is gone with the next: a young generation that grows for it takes 35 MB in all, and saves
  // three hundredths of the time.
  process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=1");
  const cache = process.getBuiltinModule("node:module").getCompileCacheDir();
  const { Worker: Thread } = process.getBuiltinModule("node:worker_threads");
  return new Thread(new URL("scan-worker.ts", import.meta.url), {
    execArgv: [],

    // A thread does not inherit the cache of stripped sources, and stripping takes longer than what it is started for.
    env:
      cache === undefined
        ? process.env
        : { ...process.env, NODE_COMPILE_CACHE: path.dirname(cache) },
  });
}

async function runPass(
  { old, ...request }: PassRequest,
  beside: Worker | undefined,
  signal: AbortSignal,
): Promise<readonly PassResult[]> {
  signal.throwIfAborted();
  const cursor = new SharedArrayBuffer(cursorWords * 4);
  const control = new Int32Array(cursor);
  using other =
    beside === undefined ? undefined : ask(beside, { ...request, snapshot: old?.buffer, cursor });
  try {
    const looking = openLooking({ ...request, old });
    const own = await takeFolders({ ...request, cursor: control }, looking, async () => {
      // A signal handler only runs when the event loop turns.
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    });
    // A thread that has not begun by now would find nothing to do.
    const hasBegun = Atomics.compareExchange(control, cursorAt.begun, 0, 1) !== 0;
    return other !== undefined && hasBegun ? [own, await other.reply()] : [own];
  } finally {
    Atomics.store(control, cursorAt.stop, 1);
  }
}

/** Each task has its own channel: no reply can be taken for that of another. */
function ask(
  beside: Worker,
  task: Omit<Task, "port">,
): Disposable & { readonly reply: () => Promise<PassResult> } {
  const { MessageChannel } = process.getBuiltinModule("node:worker_threads");
  const { port1, port2 } = new MessageChannel();
  const replied = Promise.withResolvers<PassResult>();
  // Whoever stops early waits for no reply; whoever waits sees the error all the same.
  replied.promise.catch(() => {});
  port1.once("message", replied.resolve);
  beside.once("error", replied.reject);
  beside.postMessage({ ...task, port: port2 }, [port2]);
  return {
    reply: () => replied.promise,
    [Symbol.dispose]: () => {
      beside.off("error", replied.reject);
      port1.close();
    },
  };
}
