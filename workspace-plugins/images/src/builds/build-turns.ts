import { availableParallelism } from "node:os";
import path from "node:path";
import { digestOf, fail, hexOf } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { EngineFailure } from "../engine-failure.ts";
import { takeFirst } from "./take-first.ts";

type Variables = Readonly<Record<string, string | undefined>>;

export type BuildTurnsOptions = {
  /** Holds the locks. Who shares it shares the limit: it is the user's, not a workspace's. */
  readonly folder: string;
  /** How many builds go on at once, over all processes. */
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  /** For one lock to become free. */
  readonly timeoutMs: number;
};

/** Gives images their turn to be built. */
export type BuildTurns<Value, Failure> = {
  /**
   * Does `work` while nobody else builds this image and fewer than the limit build any. Who asks again in this process
   * shares the result; another process waits, so `work` looks first whether there is still something to do.
   */
  readonly take: (
    image: string,
    work: () => Promise<Result<Value, Failure>>,
  ) => Promise<Result<Value, Failure | EngineFailure>>;
};

/** `$XDG_STATE_HOME/slipway/builds`. */
export function buildTurnsFolder(variables: Variables): string {
  const named = variables["XDG_STATE_HOME"] ?? "";
  const state = named === "" ? path.join(variables["HOME"] ?? "/", ".local", "state") : named;
  return path.join(state, "slipway", "builds");
}

/** `SLIPWAY_PARALLEL_BUILDS`, else two for each processor: an installation waits for the network half of its time. */
export function parallelBuilds(variables: Variables): number {
  const named = Number(variables["SLIPWAY_PARALLEL_BUILDS"]);
  return Number.isInteger(named) && named > 0 ? named : 2 * availableParallelism();
}

/** Turns over all processes of this user. A turn is waited for longer than any build may take. */
export function openUserTurns<Value, Failure>(
  variables: Variables,
  asker: Pick<BuildTurnsOptions, "signal" | "progress">,
): BuildTurns<Value, Failure> {
  return openBuildTurns({
    ...asker,
    folder: buildTurnsFolder(variables),
    limit: parallelBuilds(variables),
    timeoutMs: 2 * 60 * 60 * 1000,
  });
}

export function openBuildTurns<Value, Failure>(
  options: BuildTurnsOptions,
): BuildTurns<Value, Failure> {
  const going = new Map<string, Promise<Result<Value, Failure | EngineFailure>>>();
  return {
    take: async (image, work) => {
      const before = going.get(image);
      if (before !== undefined) return before;
      const running = inTurn(options, image, work).finally(() => going.delete(image));
      going.set(image, running);
      return running;
    },
  };
}

async function inTurn<Value, Failure>(
  options: BuildTurnsOptions,
  image: string,
  work: () => Promise<Result<Value, Failure>>,
): Promise<Result<Value, Failure | EngineFailure>> {
  // Before the slot: who waits for an image keeps nobody else from building.
  const lock = await turnOf(options, [imageLock(options.folder, image)], () =>
    options.progress(`${image} is being built by another command: waiting for its end`),
  );
  if (!lock.ok) return lock;
  using _lock = lock.value;
  const slot = await turnOf(options, slots(options), () =>
    options.progress(`${image} waits: ${options.limit} other images are being built`),
  );
  if (!slot.ok) return slot;
  using _slot = slot.value;
  return await work();
}

/** A digest, as an image's name has characters that a file's cannot have. */
function imageLock(folder: string, image: string): string {
  return path.join(folder, `image-${hexOf(digestOf(image)).slice(0, 32)}.lock`);
}

function slots({ folder, limit }: BuildTurnsOptions): readonly string[] {
  return Array.from({ length: limit }, (_, at) => path.join(folder, `slot-${at}.lock`));
}

async function turnOf(
  { signal, timeoutMs }: BuildTurnsOptions,
  files: readonly string[],
  onWait: () => void,
): Promise<Result<Disposable, EngineFailure>> {
  const taken = await takeFirst(files, { signal, timeoutMs, onWait });
  if (taken.ok) return taken;
  const operation = "wait for a build";
  return taken.failure === "stopped"
    ? fail({ reason: "engine-interrupted", operation })
    : fail({ reason: "engine-timeout", operation, timeoutMs });
}
