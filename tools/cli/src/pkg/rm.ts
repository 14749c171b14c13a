import { removeLocked } from "@slipway/packages/locked/remove";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { nearestLock } from "./nearest-lock.ts";
import { openPackageCall } from "./package-call.ts";

/** Takes packages out of the nearest lock. */
export async function removePackages({ args }: Call): Promise<number> {
  const options = { json: { type: "boolean" } } as const;
  const read = readArguments(args, { options, words: [1, Number.POSITIVE_INFINITY] });
  if (!read.ok) return tellUsage(read.failure);
  const { store, signal, tell } = openPackageCall(read.value.options);
  const lockFile = await nearestLock();
  if (!lockFile.ok) return tell(lockFile);
  return tell(
    await removeLocked({ lockFile: lockFile.value, store, signal, keys: read.value.words }),
  );
}
