import { homedir } from "node:os";
import path from "node:path";
import { addPackage as lockPackage, lockName } from "@slipway/packages";
import { openUserRegistry } from "@slipway/registry";
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
  const registry = openUserRegistry({ home: homedir(), environment: process.env });
  const lockFile = path.join(process.cwd(), lockName);
  const added = await lockPackage({ reference, lockFile, registry });
  console.result(added);
  return added.ok ? 0 : 1;
}
