import { expect } from "vitest";
import { openTree } from "../src/tree/open-tree.ts";
import { treeCacheFile } from "../src/tree/workspace-tree.ts";
import { askWatcher } from "../src/watch/ask-watcher.ts";
import { watchWorkspace } from "../src/watch/watch-workspace.ts";
import { never } from "./rig.ts";

/** A watcher in this process, until the end of the scope. */
export async function openWatch(root: string) {
  const stopping = new AbortController();
  const ready = Promise.withResolvers<{ readonly files: number; readonly folders: number }>();
  const ended = watchWorkspace(root, {
    cacheFile: treeCacheFile(root),
    signal: stopping.signal,
    onReady: ready.resolve,
  });
  const early = ended.then((end) => {
    throw new Error(`ended before it was ready: ${JSON.stringify(end)}`);
  });
  const watched = await Promise.race([ready.promise, early]);
  early.catch(() => undefined);
  return {
    watched,
    ended,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await ended;
    },
  };
}

/** The watcher answers, and with what a reading that knows nothing finds. */
export async function expectTruth(root: string, folder = ""): Promise<void> {
  const answer = await askWatcher(root, { ask: "tree", folder });
  const tree = await openTree(root, { cacheFile: undefined, signal: never });
  if (!tree.ok) throw new Error(tree.failure.reason);
  const truth = await tree.value.digestOfFolder(folder);
  if (!truth.ok) throw new Error(truth.failure.reason);
  expect(answer).toMatchObject({ state: "answered", tree: truth.value });
}
