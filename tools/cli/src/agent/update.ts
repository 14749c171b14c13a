import { updateLock } from "@slipway/images/locked/update";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import { openLockCall } from "./lock-call.ts";

const options = { "dry-run": { type: "boolean" }, json: { type: "boolean" } } as const;

/** Moves versions and digests forward; what somebody found out before this command does not count. */
export async function updateImages(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, Number.POSITIVE_INFINITY] });
  if (!read.ok) return tellUsage(read.failure);
  const { "dry-run": isDryRun = false } = read.value.options;
  const agentCall = openAgentCall(call, read.value.options);
  const opened = await openLockCall(agentCall, { isOffline: false, takesRecent: false });
  if (!opened.ok) return agentCall.tell(opened);
  await using lockCall = opened.value;
  const names = read.value.words;
  return await agentCall.tell(await updateLock({ names, isDryRun }, lockCall.world));
}
