import path from "node:path";
import { readSigningKey, signingKeyFile } from "@slipway/attestation";
import { readCatalogue } from "@slipway/images/catalogue/read-catalogue";
import { writeRelease } from "@slipway/images/release/write-release";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";

const options = {
  out: { type: "string" },
  version: { type: "string" },
  json: { type: "boolean" },
} as const;

/** Of this workspace's definitions, signed by this machine's key. */
export async function releaseDefinitions(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { out, version } = read.value.options;
  if (out === undefined)
    return tellUsage({ reason: "arguments-invalid", problem: "--out is missing" });
  const { workspaceRoot } = call;
  const { signal, tell } = openAgentCall(call, read.value.options);
  const key = await readSigningKey(signingKeyFile(process.env));
  if (!key.ok) return tell(key);
  const found = await readCatalogue({ workspaceRoot, variables: undefined }, signal);
  if (!found.ok) return tell(found);
  const source = { catalogue: found.value, workspaceRoot, version, key: key.value };
  return tell(await writeRelease(source, path.resolve(out), signal));
}
