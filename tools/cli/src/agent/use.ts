import path from "node:path";
import { readTrust } from "@slipway/attestation";
import { packagedFolder } from "@slipway/images/catalogue/places";
import { useReleases } from "@slipway/images/release/use-release";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";

const options = { "allow-unsigned": { type: "boolean" }, json: { type: "boolean" } } as const;

/** The packaged set of this user; what a workspace trusts is trusted. */
export async function useDefinitions(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [1, 16] });
  if (!read.ok) return tellUsage(read.failure);
  const { options: given, words } = read.value;
  const { signal, tell } = openAgentCall(call, given);
  const trust = await readTrust(call.workspaceRoot);
  if (!trust.ok) return tell(trust);
  const use = {
    folders: words.map((word) => path.resolve(word)),
    trust: trust.value,
    now: new Date(),
    allowsUnsigned: given["allow-unsigned"] ?? false,
    signal,
  };
  return tell(await useReleases(use, packagedFolder(process.env)));
}
