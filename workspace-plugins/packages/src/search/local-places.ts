import { stat } from "node:fs/promises";
import path from "node:path";
import { namesIn } from "@slipway/signature/names-in";
import { isDigest, readTextIfPresent } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import type { Cache } from "../cache/cache.ts";
import { listCache } from "../cache/list.ts";
import { manifestName } from "../content.ts";
import { hasCode } from "@slipway/signature/read-text";
import type { Lock } from "../lock.ts";
import { entryFolder } from "../store-place.ts";
import type { Store } from "../store-place.ts";
import { gather } from "./candidate.ts";
import type { Candidate, Gathered } from "./candidate.ts";
import { describeByName } from "./description.ts";

/** A larger one is nobody's manifest. */
const mostManifestBytes = 1024 * 1024;

/** The packages of a lock, described by their store entries where they are installed. */
export async function lockedCandidates(lock: Lock, store: Store): Promise<readonly Candidate[]> {
  const candidates: Candidate[] = [];
  for (const { key, version, integrity, source, language } of lock.packages) {
    const manifest = await readManifest(entryFolder(store, integrity));
    const place = { kind: "lock", key, source } as const;
    const read = gather([{ manifest, place }]).candidates;
    const named = { id: key, description: describeByName(key, version, language), place };
    candidates.push(...(read.length > 0 ? read : [named]));
  }
  return candidates;
}

export async function storedCandidates(store: Store): Promise<Gathered> {
  const found = [];
  for (const integrity of await entriesOf(store)) {
    const manifest = await readManifest(entryFolder(store, integrity));
    found.push({ manifest, place: { kind: "store", integrity } as const });
  }
  return gather(found);
}

/** What was built and pulled here. `manifestIn` reads that of a layer. */
export async function cachedCandidates(
  cache: Cache,
  manifestIn: (layerFile: string) => Promise<string | undefined>,
): Promise<Gathered> {
  const found = [];
  for (const { kind, reference, folder } of await listCache(cache)) {
    const isBuild = kind === "build";
    const manifest = isBuild
      ? await readManifest(folder)
      : await manifestIn(path.join(folder, "layer.tar"));
    const place = { kind: isBuild ? "build" : "pull", reference } as const;
    found.push({ manifest, place });
  }
  return gather(found);
}

async function entriesOf(store: Store): Promise<readonly Digest[]> {
  const root = path.join(store.folder, "sha256");
  const prefixes = (await namesIn(root, { orDenied: true })).filter((name) =>
    /^[0-9a-f]{2}$/.test(name),
  );
  const names = await Promise.all(
    prefixes.map(async (name) => namesIn(path.join(root, name), { orDenied: true })),
  );
  return names.flat().flatMap((name) => {
    const digest = `sha256:${name}`;
    return isDigest(digest) ? [digest] : [];
  });
}

async function readManifest(folder: string): Promise<string | undefined> {
  const file = path.join(folder, manifestName);
  try {
    if ((await stat(file)).size > mostManifestBytes) return undefined;
    return await readTextIfPresent(file);
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR", "EACCES", "EISDIR", "ELOOP"])) return undefined;
    throw error;
  }
}

/** In byte order. */
