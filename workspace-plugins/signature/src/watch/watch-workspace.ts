import { mkdirSync, mkdtempSync, realpathSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { WatchFailure } from "../failure.ts";
import { writeFileAtomically } from "../files.ts";
import { takeLock } from "../lock.ts";
import { fail, ok } from "../result.ts";
import type { Result } from "../result.ts";
import { makeCacheFolder } from "../tree/cache-folder.ts";
import { openKernelEvents } from "./kernel-events.ts";
import { readQuestion, writeAnswer } from "./messages.ts";
import type { Answer, Question } from "./messages.ts";
import { identityOf, placeOf } from "./place.ts";
import { serveLines } from "./socket.ts";
import { openWatchedTree } from "./watched-tree.ts";
import type { WatchedSize, WatchedTree } from "./watched-tree.ts";

export type Watch = {
  readonly cacheFile: string;
  /** Called once, when questions are answered. */
  readonly onReady: (watched: WatchedSize) => void;
  /** The end of the watch. */
  readonly signal: AbortSignal;
};

/** `stopped` by the signal; `gone`: the folder is, or what the watcher keeps in it. */
export type WatchEnd = "stopped" | "gone";

/** Keeps the tree of a folder current and answers questions about it, until its end. One process a folder. */
export async function watchWorkspace(
  folder: string,
  options: Watch,
): Promise<Result<WatchEnd, WatchFailure>> {
  const root = realpathSync(folder);
  const foreign = foreignFileSystem(root);
  if (foreign !== undefined) return fail({ reason: "watch-unsupported", folder, system: foreign });
  const place = placeOf(root);
  makeOwnFolder(place.folder);
  using lock = takeLock(place.lock);
  if (lock === undefined) return fail({ reason: "watch-taken", folder });
  // Of a watcher that was killed.
  rmSync(place.cookies, { recursive: true, force: true });
  mkdirSync(place.cookies);
  try {
    return await serve(root, options);
  } catch (error) {
    if (options.signal.aborted) return ok("stopped");
    throw error;
  }
}

async function serve(root: string, options: Watch): Promise<Result<WatchEnd, WatchFailure>> {
  const place = placeOf(root);
  const identity = identityOf(root);
  const ended = Promise.withResolvers<WatchEnd>();
  const stop = (): void => ended.resolve("stopped");
  options.signal.addEventListener("abort", stop, { once: true });
  const endIfGone = (): void => {
    if (identityOf(root) !== identity || identityOf(place.cookies) === undefined) {
      ended.resolve("gone");
    }
  };
  const eager = readWhenQuiet(async () => {
    endIfGone();
    await tree.current();
  }, ended.reject);
  await using tree = openWatchedTree(root, {
    cacheFile: options.cacheFile,
    ownFile: place.tree,
    signal: options.signal,
    onChange: eager.changed,
    openEvents: (onChange) =>
      openKernelEvents(root, {
        cookieFolder: place.cookies,
        onChange,
        onCookieFolder: endIfGone,
      }),
  });
  using _eager = eager;
  const first = await tree.current();
  if (!first.ok) return first;
  using socket = makeSocketPlace(place.folder);
  await using _server = await serveLines(socket.file, async (line) => {
    const question = identity === undefined ? undefined : readQuestion(identity, line);
    if (question === undefined || identity === undefined) return undefined;
    return writeAnswer(identity, await answerTo(tree, question));
  });
  await writeFileAtomically(place.address, socket.file, { mode: 0o600 });
  await tree.save();
  options.onReady(tree.size());
  const end = await ended.promise;
  rmSync(place.address, { force: true });
  if (end === "stopped") await tree.save();
  options.signal.removeEventListener("abort", stop);
  return ok(end);
}

async function answerTo(watched: WatchedTree, question: Question): Promise<Answer> {
  const found = await watched.current();
  if (!found.ok) return { state: "unable", reason: found.failure.reason };
  if (question.ask === "version") {
    const version = await watched.save();
    return version === undefined ? { state: "unable", reason: "" } : { state: "current", version };
  }
  const digest = await found.value.digestOf(question.folder);
  if (!digest.ok) return { state: "unable", reason: digest.failure.reason };
  return { state: "answered", tree: digest.value };
}

const quietMs = 100;
/** A reading may take one part in so many of the time while things go on changing. */
const share = 5;

/** Reads a while after the first change, so that the next question finds it done; rarely enough to leave the CPU to whoever changes things. */
function readWhenQuiet(
  read: () => Promise<void>,
  failed: (error: unknown) => void,
): Disposable & { readonly changed: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let lastMs = 0;
  const run = async (): Promise<void> => {
    const begun = performance.now();
    await read();
    lastMs = performance.now() - begun;
  };
  return {
    changed: () => {
      clearTimeout(timer);
      timer = setTimeout(() => void run().catch(failed), Math.max(quietMs, lastMs * share));
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** Of this user alone. */
function makeOwnFolder(folder: string): void {
  makeCacheFolder(path.dirname(folder));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** The longest path that a Unix socket can have, in bytes. */
const longestSocketPath = 107;

/** In the watcher's folder; where that lies too deep, in a new folder that only this user can enter. */
function makeSocketPlace(folder: string): Disposable & { readonly file: string } {
  const near = path.join(folder, "socket");
  if (Buffer.byteLength(near) <= longestSocketPath) {
    rmSync(near, { force: true });
    return { file: near, [Symbol.dispose]: () => rmSync(near, { force: true }) };
  }
  const parent = process.env["XDG_RUNTIME_DIR"] ?? tmpdir();
  const own = mkdtempSync(path.join(parent, "slipway-watch-"));
  return {
    file: path.join(own, "socket"),
    [Symbol.dispose]: () => rmSync(own, { recursive: true, force: true }),
  };
}

/** By their magic number in statfs(2): others change their files too, and this kernel hears nothing of it. */
const foreignFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, "nfs"],
  [0x517b, "smb"],
  [0xfe534d42, "smb2"],
  [0xff534d42, "cifs"],
  [0x01021997, "9p"],
  [0x65735546, "fuse"],
  [0x00c36400, "ceph"],
]);

function foreignFileSystem(root: string): string | undefined {
  return process.platform === "linux"
    ? foreignFileSystems.get(statfsSync(root).type)
    : process.platform;
}
