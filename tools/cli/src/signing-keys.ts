import { openConsole } from "@slipway/report";
import { initKeys } from "@slipway/attestation";
import { readArguments } from "./arguments.ts";
import { usageExitCode } from "./call.ts";
import type { Call } from "./call.ts";

/** Makes this machine's signing key, if it has none, and lets this workspace trust it. */
export async function initSigningKeys({ workspaceRoot, args }: Call): Promise<number> {
  const console = openConsole();
  const read = readArguments(args, { options: {}, words: [0, 0] });
  if (!read.ok) {
    console.failure(read.failure);
    return usageExitCode;
  }
  const made = await initKeys(workspaceRoot, process.env);
  console.result(made);
  return made.ok ? 0 : 1;
}
