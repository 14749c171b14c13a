import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fail, hexOf, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { StoreFailure } from "./failure.ts";
import { tryFileLock } from "./file-lock.ts";
import { namesIn } from "@slipway/signature/names-in";
import { removeTree } from "./remove-tree.ts";
import type { Store } from "./store-place.ts";

/** What is being made: an entry of the store, or something else under a name of its own. */
export type StagingName = { readonly entry: Digest } | { readonly word: string };

/** A folder on the file system of the store that is ours alone, and goes at the end with all that is left in it. */
export type Staging = AsyncDisposable & { readonly folder: string };

const pauseMs = 40;
const mostWaitMs = 10 * 60_000;

/**
 * Waits while another run, in any process that shares the store, makes the same entry. What a killed run left under
 * this name is removed first.
 */
export async function openStaging(
  store: Store,
  name: StagingName,
  { signal, waiting }: { readonly signal: AbortSignal; readonly waiting?: () => void },
): Promise<Result<Staging, StoreFailure>> {
  const word = wordOf(name);
  const begun = performance.now();
  for (let tries = 0; ; tries += 1) {
    if (signal.aborted) return fail({ reason: "packages-stopped" });
    const staging = await tryStaging(store, name);
    if (staging !== undefined) return ok(staging);
    const waitedMs = performance.now() - begun;
    if (waitedMs > mostWaitMs) {
      return fail({ reason: "store-busy", folder: incomingFolder(store, word), waitedMs });
    }
    if (tries === 0) waiting?.();
    await sleep(pauseMs);
  }
}

/** Removes what killed runs left half-made; what lives is left alone. Answers what was, or would be, removed. */
export async function sweepStagings(
  store: Store,
  { isDryRun = false }: { readonly isDryRun?: boolean } = {},
): Promise<readonly string[]> {
  const locks = await namesIn(path.join(store.folder, ownName, "locks"));
  const incoming = await namesIn(path.join(store.folder, ownName, "incoming"));
  const swept: string[] = [];
  for (const word of new Set([...locks, ...incoming])) {
    using lock = tryFileLock(lockFile(store, word));
    if (lock === undefined) continue;
    swept.push(incomingFolder(store, word));
    if (!isDryRun) await removeTree(incomingFolder(store, word));
  }
  return swept;
}

/** What is ours in the store; aigg looks at `sha256` alone. */
export const ownName = "slipway";

/** `undefined`: another run is at it. */
export async function tryStaging(store: Store, name: StagingName): Promise<Staging | undefined> {
  const word = wordOf(name);
  const lock = tryFileLock(lockFile(store, word));
  if (lock === undefined) return undefined;
  const folder = incomingFolder(store, word);
  try {
    await removeTree(folder);
    await mkdir(folder, { recursive: true });
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
  return {
    folder,
    [Symbol.asyncDispose]: async () => {
      await removeTree(folder);
      lock[Symbol.dispose]();
    },
  };
}

function wordOf(name: StagingName): string {
  return "entry" in name ? hexOf(name.entry) : name.word;
}

function lockFile(store: Store, word: string): string {
  return path.join(store.folder, ownName, "locks", word);
}

function incomingFolder(store: Store, word: string): string {
  return path.join(store.folder, ownName, "incoming", word);
}
