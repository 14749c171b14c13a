import { initKeys } from "@slipway/attestation";
import { readArguments } from "./arguments.ts";
import type { Call } from "./call.ts";
import { tellResult, tellUsage } from "./tell.ts";

/** Makes this machine's signing key, if it has none, and lets this workspace trust it. */
export async function initSigningKeys({ workspaceRoot, args }: Call): Promise<number> {
  const read = readArguments(args, { options: { json: { type: "boolean" } }, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { json = false } = read.value.options;
  return tellResult(await initKeys(workspaceRoot, process.env), { json });
}
