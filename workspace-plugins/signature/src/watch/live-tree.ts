import type { Settled } from "./folder-events.ts";
import { ok } from "../result.ts";
import type { Result } from "../result.ts";

/** What was read, and the rules that it was read by, as they were before. */
export type Kept<Value> = { readonly value: Value; readonly stamp: string };

/** Folders that may be another than they were at the last reading. */
export type Dirty = ReadonlySet<string> | "all";

export type LiveTree<Value, Failure> = {
  /** What a reading that starts now would find. */
  readonly current: () => Promise<Result<Value, Failure>>;
  /** A folder may be another than when it was read. */
  readonly changed: (folder: string) => void;
};

export type LiveTreeOptions<Value, Failure> = {
  readonly settle: () => Promise<Settled>;
  /** Of all that is not watched and decides what is read; equal texts, equal rules. */
  readonly stamp: () => string;
  /** Folders that can have changed without being told: looked at with each question. */
  readonly doubtful: () => Iterable<string>;
  /** Not called again before it has ended. */
  readonly read: (dirty: Dirty) => Promise<Result<Kept<Value>, Failure>>;
};

/**
 * Keeps the value of the last reading for as long as no event says that it may be old. A question is answered by
 * settling first: every change before the question is then known, or known to be lost. A reading that failed is not
 * kept. Questions that come while one is being answered share the next answer.
 */
export function openLiveTree<Value, Failure>(
  options: LiveTreeOptions<Value, Failure>,
): LiveTree<Value, Failure> {
  const { settle, stamp, doubtful, read } = options;
  const dirty = new Set<string>();
  let kept: Kept<Value> | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let waiting: Promise<Result<Value, Failure>> | undefined;

  const answer = async (): Promise<Result<Value, Failure>> => {
    waiting = undefined;
    const settled = await settle();
    if (settled === "lost" || kept?.stamp !== stamp()) kept = undefined;
    const some = new Set([...dirty, ...doubtful()]);
    if (kept !== undefined && some.size === 0) return ok(kept.value);
    const wanted = kept === undefined ? "all" : some;
    // Before the reading: what changes meanwhile is dirty again.
    dirty.clear();
    kept = undefined;
    const found = await read(wanted);
    if (!found.ok) return found;
    kept = found.value;
    return ok(kept.value);
  };

  return {
    current: () => {
      if (waiting !== undefined) return waiting;
      const mine = running.then(answer);
      waiting = mine;
      running = mine.catch(() => undefined);
      return mine;
    },
    changed: (folder) => void dirty.add(folder),
  };
}
