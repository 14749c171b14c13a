import { readSigningKey, signingKeyFile } from "@slipway/attestation";
import { approvePromotion } from "@slipway/processes/approve";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAoCall } from "./ao-call.ts";

const options = {
  from: { type: "string" },
  to: { type: "string" },
  json: { type: "boolean" },
} as const;

/** The second person's signature; whoever promotes needs the file that it is in. */
export async function approveProcesses(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { from, to, json } = read.value.options;
  if (from === undefined || to === undefined) {
    return tellUsage({ reason: "arguments-invalid", problem: "--from and --to are both needed" });
  }
  const { taskOf, tell } = openAoCall(call, { json });
  const task = taskOf(read.value.words[0]);
  if (!task.ok) return tell(task);
  const key = await readSigningKey(signingKeyFile(process.env));
  if (!key.ok) return tell(key);
  return tell(
    await approvePromotion(task.value, { from, to }, { key: key.value, now: new Date() }),
  );
}
