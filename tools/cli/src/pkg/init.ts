import { initPackage as writeManifest } from "@slipway/packages/authoring/init";
import { languages } from "@slipway/packages/package-name";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openPackageCall } from "./package-call.ts";

const options = {
  force: { type: "boolean" },
  name: { type: "string" },
  language: { type: "string" },
  json: { type: "boolean" },
} as const;

/** Begins a package in the folder that we stand in. */
export async function initPackage({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { force: isForced = false, name, language: asked = "python" } = read.value.options;
  const language = languages.find((one) => one === asked);
  if (language === undefined) {
    const problem = `no language that is known: ${asked} (known: ${languages.join(", ")})`;
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  const { place, tell } = openPackageCall(read.value.options);
  return tell(await writeManifest(place.folder, { isForced, name, language }));
}
