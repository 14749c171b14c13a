import { closeSync, lstatSync, openSync, readFileSync, rmSync, watch } from "node:fs";
import path from "node:path";
import type { FolderEvents, Settled, Watching } from "./folder-events.ts";

/** One watch of one folder: `onEvent` gets the name of the entry, or of the folder itself, or nothing. */
export type OpenWatch = (
  folder: string,
  onEvent: (name: string | undefined) => void,
  onError: () => void,
) => { readonly close: () => void };

export type KernelEventsOptions = {
  /** Absolute; of this process alone and not below a watched folder. */
  readonly cookieFolder: string;
  /** A folder relative to the root, with slashes; `""` is the root. */
  readonly onChange: (folder: string) => void;
  /** The folder of cookies was touched itself: it may be gone. */
  readonly onCookieFolder?: () => void;
  /** How long a question waits for the events before it. */
  readonly patienceMs?: number;
  /** Events that the kernel keeps for a process that does not read them; the rest it drops. */
  readonly queueLimit?: number;
  readonly openWatch?: OpenWatch;
};

const defaultPatienceMs = 2000;

/**
 * The events of the kernel: one watch a folder, all in the one queue of this process and in the order of what happened.
 *
 * So when the event of a file of ours arrives, all earlier ones have. The kernel drops events when the queue is full,
 * and Node does not tell. But libuv empties the queue in one go before any other callback runs: a queue that was full
 * is a go of at least that many events. Half of it counts as lost, as events of a watch that has been closed are not
 * counted.
 */
export function openKernelEvents(root: string, options: KernelEventsOptions): FolderEvents {
  return new KernelEvents(root, options);
}

/** The limit that a queue opened now gets, or the kernel's own default. */
function readQueueLimit(): number {
  try {
    const text = readFileSync("/proc/sys/fs/inotify/max_queued_events", "utf8");
    return Number.parseInt(text, 10) || defaultQueueLimit;
  } catch {
    // No such file means no such kernel; whoever asks has refused it already.
    return defaultQueueLimit;
  }
}

const defaultQueueLimit = 16_384;

type Watched = {
  readonly close: () => void;
  readonly identity: string;
  /** The folder itself was touched: the watch may have died with it, and its number may live on in a new folder. */
  isDoubtful: boolean;
};

class KernelEvents implements FolderEvents {
  readonly #root: string;
  readonly #options: KernelEventsOptions;
  readonly #openWatch: OpenWatch;
  readonly #safeEvents: number;
  readonly #watched = new Map<string, Watched>();
  /** No longer wanted, but their events still count; closed at the next settled moment. */
  readonly #retired: Watched[] = [];
  readonly #cookies = new Map<string, () => void>();
  readonly #cookieWatch: { readonly close: () => void };
  #cookieNumber = 0;
  #eventsInOneGo = 0;
  #isLost = false;

  constructor(root: string, options: KernelEventsOptions) {
    this.#root = root;
    this.#options = options;
    this.#openWatch = options.openWatch ?? watchByNode;
    this.#safeEvents = (options.queueLimit ?? readQueueLimit()) / 2;
    this.#cookieWatch = this.#openWatch(
      options.cookieFolder,
      (name) => this.#cookieSeen(name),
      () => this.#lose(),
    );
  }

  watch(folder: string): Watching {
    const known = this.#watched.get(folder);
    const identity = this.#identityOf(folder);
    if (known !== undefined) {
      if (!known.isDoubtful && known.identity === identity) return "watched";
      this.unwatch(folder);
    }
    return identity === undefined ? "gone" : this.#open(folder, identity);
  }

  unwatch(folder: string): void {
    const known = this.#watched.get(folder);
    if (known === undefined) return;
    this.#watched.delete(folder);
    this.#retired.push(known);
  }

  async settle(): Promise<Settled> {
    const isSeen = await this.#sendCookie();
    const isLost = this.#isLost || !isSeen;
    this.#isLost = false;
    if (isSeen) for (const watched of this.#retired.splice(0)) watched.close();
    return isLost ? "lost" : "complete";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const watched of [...this.#watched.values(), ...this.#retired]) watched.close();
    this.#cookieWatch.close();
    for (const seen of this.#cookies.values()) seen();
  }

  #open(folder: string, identity: string): Watching {
    const name = path.basename(path.join(this.#root, folder));
    const state = { identity, isDoubtful: false };
    const onEvent = (changed: string | undefined): void => {
      this.#count();
      if (changed === undefined || changed === name) state.isDoubtful = true;
      if (this.#watched.get(folder) === state) this.#options.onChange(folder);
    };
    try {
      const opened = this.#openWatch(path.join(this.#root, folder), onEvent, () => this.#lose());
      this.#watched.set(folder, Object.assign(state, { close: () => opened.close() }));
    } catch (error) {
      return isMissing(error) ? "gone" : "refused";
    }
    // A folder that was exchanged meanwhile is told by its parent; until then this watch is of no use.
    if (this.#identityOf(folder) !== identity) state.isDoubtful = true;
    return "opened";
  }

  #identityOf(folder: string): string | undefined {
    const stat = lstatSync(path.join(this.#root, folder), { throwIfNoEntry: false });
    return stat?.isDirectory() === true ? `${stat.dev}:${stat.ino}` : undefined;
  }

  #count(): void {
    if (this.#eventsInOneGo === 0) setImmediate(() => (this.#eventsInOneGo = 0));
    this.#eventsInOneGo += 1;
    if (this.#eventsInOneGo >= this.#safeEvents) this.#lose();
  }

  #lose(): void {
    this.#isLost = true;
  }

  /** False: it did not arrive in time. */
  async #sendCookie(): Promise<boolean> {
    const name = `cookie-${(this.#cookieNumber += 1)}`;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), this.#options.patienceMs ?? defaultPatienceMs);
    // After the whole go, so that what is counted in it is known.
    this.#cookies.set(name, () => setImmediate(() => resolve(true)));
    const file = path.join(this.#options.cookieFolder, name);
    try {
      closeSync(openSync(file, "w"));
      return await promise;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    } finally {
      clearTimeout(timer);
      this.#cookies.delete(name);
      rmSync(file, { force: true });
    }
  }

  #cookieSeen(name: string | undefined): void {
    this.#count();
    const seen = this.#cookies.get(name ?? "");
    if (seen !== undefined) seen();
    else if (!name?.startsWith("cookie-")) this.#options.onCookieFolder?.();
  }
}

const watchByNode: OpenWatch = (folder, onEvent, onError) => {
  const watcher = watch(folder, (_, name) => onEvent(name ?? undefined));
  watcher.on("error", onError);
  return watcher;
};

/** What may not be read holds nothing that is listed, and its parent tells when it may. */
const nothingThere = ["ENOENT", "ENOTDIR", "EACCES", "EPERM"];

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) throw error;
  return nothingThere.includes(String(error.code));
}
