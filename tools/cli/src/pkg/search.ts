import { cacheIn } from "@slipway/packages/cache/cache";
import { findLock } from "@slipway/packages/find-lock";
import { searchPackages } from "@slipway/packages/search/search-packages";
import { searchLines } from "@slipway/report/package-search";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openPackageCall } from "./package-call.ts";

const options = {
  capability: { type: "string", multiple: true },
  registry: { type: "boolean" },
  repository: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

/** In the lock, on this machine, and in registries where that is asked for. */
export async function searchForPackages({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, Number.POSITIVE_INFINITY] });
  if (!read.ok) return tellUsage(read.failure);
  const { words } = read.value;
  const { capability = [], repository = [], registry: isAsked = false, json } = read.value.options;
  if (words.length + capability.length === 0) {
    return tellUsage({ reason: "arguments-invalid", problem: "a word to look for is missing" });
  }
  const { home, store, registry, progress, tell, show } = openPackageCall({ json: json === true });
  const isOnline = isAsked || repository.length > 0;
  if (isOnline) progress("Asking registries...");
  const found = await searchPackages({
    query: { words, capabilities: capability },
    lockFile: await findLock(process.cwd()),
    store,
    cache: cacheIn(home),
    online: isOnline ? { registry, repositories: repository } : undefined,
  });
  if (!found.ok) return tell(found);
  return show(
    found.value,
    searchLines(found.value).map((line) => [line]),
  );
}
