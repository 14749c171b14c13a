import path from "node:path";
import { addPackage as lockPackage, lockName } from "@slipway/packages";
import { openRegistry } from "@slipway/registry";
import { openConsole } from "@slipway/report";
import { readArguments } from "./arguments.ts";
import { usageExitCode } from "./call.ts";
import type { Call } from "./call.ts";

/** Locks what a reference names now, in the folder that we stand in. */
export async function addPackage({ args }: Call): Promise<number> {
  const console = openConsole();
  const read = readArguments(args, { options: {}, words: [1, 1] });
  if (!read.ok) {
    console.failure(read.failure);
    return usageExitCode;
  }
  const [reference = ""] = read.value.words;
  const lockFile = path.join(process.cwd(), lockName);
  const added = await lockPackage({ reference, lockFile, registry: openRegistry() });
  console.result(added);
  return added.ok ? 0 : 1;
}
