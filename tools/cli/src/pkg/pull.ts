import { cacheIn } from "@slipway/packages/cache/cache";
import { pullPackage } from "@slipway/packages/remote/pull";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openPackageCall } from "./package-call.ts";

export async function pullToCache({ args }: Call): Promise<number> {
  const options = { json: { type: "boolean" } } as const;
  const read = readArguments(args, { options, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const [reference = ""] = read.value.words;
  const { home, registry, progress, tell } = openPackageCall(read.value.options);
  return tell(
    await pullPackage({ reference, cache: cacheIn(home), registry, progress, now: new Date() }),
  );
}
