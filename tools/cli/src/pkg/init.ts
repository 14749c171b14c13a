import { initPackage as writeManifest } from "@slipway/packages/authoring/init";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openPackageCall } from "./package-call.ts";

/** Begins a package in the folder that we stand in. */
export async function initPackage({ args }: Call): Promise<number> {
  const options = { force: { type: "boolean" }, json: { type: "boolean" } } as const;
  const read = readArguments(args, { options, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { force: isForced = false } = read.value.options;
  const { place, tell } = openPackageCall(read.value.options);
  return tell(await writeManifest(place.folder, { isForced }));
}
