import { parseDigest } from "@slipway/signature/basics";
import type { Scheduled, Transaction } from "../network/network.ts";
import type { DeployedRecord } from "../record/record.ts";
import type { LaterEvaluation } from "./later-evaluation.ts";

/**
 * Evaluations that came after ours, oldest first. Only the owner's change anything: aos puts those of others into the
 * inbox (spec, section 1.4). With our message unlisted all that are listed count.
 */
export function evaluationsAfter(
  listed: readonly Scheduled[],
  { ours, owner }: { readonly ours: string; readonly owner: string },
): readonly LaterEvaluation[] {
  const after = listed.slice(listed.findIndex(({ id }) => id === ours) + 1);
  return after
    .filter(({ from, tags }) => from === owner && valueOf(tags, "Action") === "Eval")
    .map(({ id, from, at, tags }) => {
      const deployed = parseDigest(valueOf(tags, "Deploy-Code") ?? "");
      const evaluation = { message: id, from, at: new Date(at).toISOString() };
      return deployed === undefined ? evaluation : { ...evaluation, deployed };
    });
}

/**
 * Of a process that runs what was deployed: the owner's evaluations since, newest first, that the deployment is none of.
 * They may have changed anything but what the process says of its code. A gateway that does not know the deployment yet
 * tells only of what came before it.
 */
export function evaluationsSince(
  listed: readonly Transaction[],
  { process, owner, codeDigest, history }: DeployedRecord,
): readonly LaterEvaluation[] {
  const ours = history.findLast((one) => one.process === process && one.message !== undefined);
  const at = listed.findIndex(
    ({ id, tags }) => id === ours?.message || valueOf(tags, "Deploy-Code") === codeDigest,
  );
  const isOnBoot = ours?.message === process;
  return listed.slice(0, at === -1 && isOnBoot ? listed.length : Math.max(0, at)).map((one) => ({
    message: one.id,
    from: owner,
    at: new Date(one.at ?? Date.now()).toISOString(),
  }));
}

function valueOf(tags: Scheduled["tags"], name: string): string | undefined {
  return tags.find((tag) => tag.name === name)?.value;
}
