import type { Registry, RegistryFailure } from "@slipway/registry";
import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Cache } from "../cache/cache.ts";
import type { PackagesFailure } from "../failure.ts";
import { readLock } from "../lock.ts";
import type { Store } from "../store-place.ts";
import { cachedCandidates, lockedCandidates, storedCandidates } from "./local-places.ts";
import { layerManifest, publishedManifest } from "./package-manifest.ts";
import { rankPackages } from "./rank.ts";
import type { FoundPackage, Query } from "./rank.ts";
import { publishedCandidates, repositoryIn } from "./registry-place.ts";

export type SearchOptions = {
  readonly query: Query;
  /** Absolute; `undefined` where there is none. */
  readonly lockFile: string | undefined;
  readonly store: Store;
  readonly cache: Cache;
  /** Without it nobody is asked. */
  readonly online:
    | {
        readonly registry: Registry;
        /** As they are typed; without any, those of the lock. */
        readonly repositories: readonly string[];
      }
    | undefined;
};

export type SearchResult = {
  readonly packages: readonly FoundPackage[];
  /** What was found and cannot be read as a package. */
  readonly unread: number;
};

/** The packages of the lock, of this machine, and of registries where they are asked for. */
export async function searchPackages(
  options: SearchOptions,
): Promise<Result<SearchResult, PackagesFailure | RegistryFailure>> {
  const { lockFile, store, cache } = options;
  const lock = lockFile === undefined ? ok({ packages: [] }) : await readLock(lockFile, lockFile);
  if (!lock.ok) return lock;
  // A source of one word is a build of somebody's machine, and in no registry.
  const sources = lock.value.packages.flatMap(({ source }) =>
    source.includes("/") ? [source] : [],
  );
  const published = await askedFor(options.online, sources);
  if (!published.ok) return published;
  const locked = await lockedCandidates(lock.value, store);
  const gathered = [
    await storedCandidates(store),
    await cachedCandidates(cache, layerManifest),
    published.value,
  ];
  const candidates = [...locked, ...gathered.flatMap((one) => one.candidates)];
  return ok({
    packages: rankPackages(candidates, options.query),
    unread: gathered.reduce((sum, { unread }) => sum + unread, 0),
  });
}

async function askedFor(
  online: SearchOptions["online"],
  sources: readonly string[],
): ReturnType<typeof publishedCandidates> {
  if (online === undefined) return ok({ candidates: [], unread: 0 });
  const { registry, repositories } = online;
  const names = [];
  for (const text of repositories.length > 0 ? repositories : sources) {
    const name = repositoryIn(text);
    if (!name.ok) return name;
    names.push(name.value);
  }
  return publishedCandidates(registry, names, async (reference) =>
    publishedManifest(registry, reference),
  );
}
