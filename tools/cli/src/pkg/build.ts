import { buildPackage as buildIntoCache } from "@slipway/packages/authoring/build";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openPackageCall } from "./package-call.ts";

/** Into aigg's cache, from where both tools push. */
export async function buildPackage({ args }: Call): Promise<number> {
  const options = {
    force: { type: "boolean" },
    "no-validate": { type: "boolean" },
    json: { type: "boolean" },
  } as const;
  const read = readArguments(args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { force: isForced = false, "no-validate": isUnchecked = false } = read.value.options;
  const [reference] = read.value.words;
  const { place, cache, signal, progress, tell } = openPackageCall(read.value.options);
  const world = { place, cache, builtAt: new Date(), signal, progress };
  return tell(await buildIntoCache({ ...world, reference, isForced, isChecked: !isUnchecked }));
}
