import { collectStore } from "@slipway/packages/collect-store";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openPackageCall } from "./package-call.ts";

const options = {
  all: { type: "boolean" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
} as const;

export async function collect({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { all: isAll = false, "dry-run": isDryRun = false, json = false } = read.value.options;
  const { store, progress, tell } = openPackageCall({ json });
  return tell(await collectStore({ store, isAll, isDryRun, progress }));
}
