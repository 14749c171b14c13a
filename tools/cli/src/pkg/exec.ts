import { prepareScript } from "@slipway/packages/exec/prepare";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { runInOurPlace } from "../run-program.ts";
import { tellUsage } from "../tell.ts";
import { nearestLock } from "./nearest-lock.ts";
import { openPackageCall } from "./package-call.ts";

const options = {
  offline: { type: "boolean" },
  "allow-builds": { type: "boolean" },
} as const;

/** Only what comes before the package's name is for us. */
export async function execScript({ args }: Call): Promise<number> {
  const at = args.findIndex((word) => !word.startsWith("-"));
  const [name, ...words] = at === -1 ? [] : args.slice(at);
  const read = readArguments(at === -1 ? args : args.slice(0, at), { options, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  if (name === undefined) {
    return tellUsage({ reason: "arguments-invalid", problem: "the package is missing" });
  }
  const { home, registry, signal, progress, tell } = openPackageCall();
  const lockFile = await nearestLock();
  if (!lockFile.ok) return tell(lockFile);
  const { offline: isOffline = false, "allow-builds": allowsBuilds = false } = read.value.options;
  const prepared = await prepareScript({
    lockFile: lockFile.value,
    name,
    words,
    home,
    isOffline,
    registry,
    allowsBuilds,
    environment: process.env,
    progress,
    signal,
  });
  return prepared.ok ? runInOurPlace(prepared.value) : tell(prepared);
}
