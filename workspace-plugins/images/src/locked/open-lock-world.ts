import path from "node:path";
import { findUserCredential, openUserRegistry } from "@slipway/registry";
import type { Catalogue } from "../catalogue/entry.ts";
import type { BuildAccess } from "../build-access.ts";
import type { EngineFailure } from "../engine-failure.ts";
import type { Engine } from "../engine-port.ts";
import { builderFor } from "../versions/builder.ts";
import { findVersion } from "../versions/find-version.ts";
import { scriptOnHost } from "../versions/on-host.ts";
import { openVersionCache, usualAgeMs } from "../versions/version-cache.ts";
import type { Result } from "@slipway/signature";
import { askAllowed } from "./ask-allowed.ts";
import type { LockPlace } from "./change-lock.ts";
import type { LockTrust } from "./ask-allowed.ts";
import type { LockWorld } from "./update.ts";

export type LockWorldOptions = {
  /** Holds the definitions' layouts. Absolute. */
  readonly root: string;
  /** Holds `slipway.images.lock`. */
  readonly lockFolder: string;
  /** This user's, for what can be lost. */
  readonly stateFolder: string;
  readonly home: string;
  readonly whose: LockTrust;
  readonly catalogue: Catalogue;
  /** The image that the workspace wants its `version.sh` run in. */
  readonly builder: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Called for the first `version.sh` that is run in an image. */
  readonly engine: () => Promise<Result<Engine, EngineFailure>>;
  readonly access: () => Promise<BuildAccess>;
  /** What others found out a short while ago counts. */
  readonly takesRecent: boolean;
  readonly isOffline: boolean;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
};

/** A `version.sh` that takes longer hangs (images.md, 3.7). */
const builderMs = 20_000;
const hostMs = 15_000;

export function lockPlace(lockFolder: string, stateFolder: string): LockPlace {
  return { folder: lockFolder, turnFile: path.join(stateFolder, "images-lock.lock") };
}

/** Registries as the user reaches them, images of the engine, and this machine. */
export function openLockWorld(options: LockWorldOptions): LockWorld {
  const { root, catalogue, environment, isOffline, signal, progress, stateFolder } = options;
  const user = { home: options.home, environment };
  const registry = openUserRegistry(user, { signal });
  const findCredential = findUserCredential(user, signal);
  const cache = openVersionCache({
    folder: path.join(stateFolder, isOffline ? "versions-offline" : "versions"),
    maxAgeMs: options.takesRecent ? usualAgeMs : 0,
    now: () => new Date(),
    signal,
    progress,
  });
  const { engine, access } = options;
  const onHost = isOffline
    ? undefined
    : scriptOnHost({ access, environment, signal, timeoutMs: hostMs });
  return {
    place: lockPlace(options.lockFolder, stateFolder),
    catalogue,
    builder: options.builder,
    askImage: async (reference, locked) => {
      if (isOffline) return { state: "unknown", because: { reason: "unknown-offline" } };
      progress(`asking for ${reference}`);
      return askAllowed(registry, reference, locked, options.whose);
    },
    askVersion: async (script, named) => {
      progress(`asking for the version of ${script.agent}`);
      return findVersion(script, {
        builderFor: async ({ agent }) =>
          builderFor(
            agent,
            { catalogue, root, named, policy: options.whose.policy, progress, findCredential },
            { engine, access, isOffline, signal, timeoutMs: builderMs },
          ),
        onHost,
        cache,
        signal,
      });
    },
    signal,
    progress,
  };
}
