import { parseCacheReference } from "@slipway/packages/cache/cache";
import { listCache } from "@slipway/packages/cache/list";
import { removeCached } from "@slipway/packages/cache/remove";
import { cleanFolders, readableSize } from "@slipway/packages/clean";
import type { CacheEntry } from "@slipway/packages";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { confirm } from "../confirm.ts";
import { openPackageCall } from "./package-call.ts";

/** What the cache holds. */
export async function listCached({ args }: Call): Promise<number> {
  const read = readArguments(args, { options: { json: { type: "boolean" } }, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { cache, show } = openPackageCall(read.value.options);
  const packages = await listCache(cache);
  const rows =
    packages.length === 0 ? [["no cached agents found"]] : [head, ...packages.map(rowOf)];
  return show({ packages }, rows);
}

export async function removeCachedPackage({ args }: Call): Promise<number> {
  const read = readArguments(args, { options: { json: { type: "boolean" } }, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { cache, tell } = openPackageCall(read.value.options);
  const reference = parseCacheReference(read.value.words[0] ?? "");
  return tell(reference.ok ? await removeCached(cache, reference.value) : reference);
}

export async function removeAllCached({ args }: Call): Promise<number> {
  const options = {
    yes: { type: "boolean", short: "y" },
    force: { type: "boolean" },
    json: { type: "boolean" },
  } as const;
  const read = readArguments(args, { options, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { yes = false, force = false } = read.value.options;
  const { home, cache, signal, progress, tell } = openPackageCall(read.value.options);
  for (const { reference } of await listCache(cache)) progress(`remove ${reference}`);
  const sure = await confirm({ word: "yes", isGiven: yes || force, signal });
  if (!sure.ok) return tell(sure);
  return tell(await cleanFolders({ home, folders: ["cache"], isDry: false, signal, progress }));
}

const head = ["package", "kind", "since", "size", "language", "dependencies"];

function rowOf({ reference, kind, time, sizeBytes, manifest }: CacheEntry): readonly string[] {
  const since = time?.toISOString().slice(0, 16).replace("T", " ") ?? "";
  const { language = "", dependencies = 0 } = manifest ?? {};
  return [reference, kind, since, readableSize(sizeBytes), language, String(dependencies)];
}
