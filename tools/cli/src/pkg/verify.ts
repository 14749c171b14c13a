import { findLock } from "@slipway/packages/find-lock";
import { lockName } from "@slipway/packages/lock";
import { verifyStore } from "@slipway/packages/verify-store";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { openPackageCall } from "./package-call.ts";

const options = {
  all: { type: "boolean" },
  repair: { type: "boolean" },
  json: { type: "boolean" },
} as const;

export async function verify({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { all: isAll = false, repair: isRepair = false, json = false } = read.value.options;
  const { store, registry, signal, progress, tell } = openPackageCall({ json });
  const lockFile = await findLock(process.cwd());
  if (lockFile === undefined && !isAll) {
    return tellFailure({ reason: "package-file-missing", file: lockName }, { json });
  }
  const asked = { store, lockFile, isAll, isRepair, registry, signal, progress };
  return tell(await verifyStore(asked));
}
