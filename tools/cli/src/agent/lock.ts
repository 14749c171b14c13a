import { pruneLock } from "@slipway/images/locked/unused";
import { checkLock, fillLock } from "@slipway/images/locked/update";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import { openLockCall } from "./lock-call.ts";

const options = {
  frozen: { type: "boolean" },
  offline: { type: "boolean" },
  prune: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Locks what is not locked yet; with `--frozen` only tells what that is, with `--prune` takes out what nothing is built from. */
export async function lockImages(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [0, Number.POSITIVE_INFINITY] });
  if (!read.ok) return tellUsage(read.failure);
  const {
    frozen: isFrozen = false,
    offline: isOffline = false,
    prune = false,
  } = read.value.options;
  const names = read.value.words;
  if (prune && (isFrozen || names.length > 0)) {
    const problem = "--prune goes without --frozen and names: it is about the whole lock";
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  const agentCall = openAgentCall(call, read.value.options);
  const opened = await openLockCall(agentCall, { isOffline, takesRecent: true });
  if (!opened.ok) return agentCall.tell(opened);
  await using lockCall = opened.value;
  const { world } = lockCall;
  if (prune) return await agentCall.tell(await pruneLock(world));
  const done = isFrozen
    ? await checkLock(names, world)
    : await fillLock({ names, isDryRun: false }, world);
  return await agentCall.tell(done);
}
