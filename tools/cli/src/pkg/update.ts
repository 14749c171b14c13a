import { updatePackages } from "@slipway/packages/locked/update";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { nearestLock } from "./nearest-lock.ts";
import { openPackageCall } from "./package-call.ts";

const options = {
  latest: { type: "boolean" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Changes the nearest lock, and no links. */
export async function updateLock({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, Number.POSITIVE_INFINITY] });
  if (!read.ok) return tellUsage(read.failure);
  const { registry, store, signal, progress, tell } = openPackageCall(read.value.options);
  const lockFile = await nearestLock();
  if (!lockFile.ok) return tell(lockFile);
  const { latest: toLatest = false, "dry-run": isDryRun = false } = read.value.options;
  const asked = { lockFile: lockFile.value, keys: read.value.words, toLatest, isDryRun };
  return tell(await updatePackages({ ...asked, registry, store, signal, progress }));
}
