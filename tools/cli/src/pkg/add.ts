import path from "node:path";
import { addPackage as lockPackage, lockName } from "@slipway/packages";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openPackageCall } from "./package-call.ts";

/** Locks what a reference names now, in the folder that we stand in. */
export async function addPackage({ args }: Call): Promise<number> {
  const options = { json: { type: "boolean" } } as const;
  const read = readArguments(args, { options, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const [reference = ""] = read.value.words;
  const { registry, tell } = openPackageCall(read.value.options);
  const lockFile = path.join(process.cwd(), lockName);
  return tell(await lockPackage({ reference, lockFile, registry }));
}
