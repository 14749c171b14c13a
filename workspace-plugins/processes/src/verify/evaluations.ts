import { parseDigest } from "@slipway/signature/basics";
import type { Listed, Scheduled, Transaction } from "../network/network.ts";
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

/** Whether an evaluation is the one that put the code there, or put the same code there again. */
export function isDeploymentOf({
  process,
  codeDigest,
  history,
}: DeployedRecord): (item: Transaction) => boolean {
  const ours = history.findLast((one) => one.process === process && one.message !== undefined);
  return ({ id, tags }) => id === ours?.message || valueOf(tags, "Deploy-Code") === codeDigest;
}

/**
 * Of a process that runs what was deployed: the owner's evaluations since, newest first, that the deployment is none of.
 * They may have changed anything but what the process says of its code. A gateway that does not know the deployment yet
 * tells only of what came before it; a list that was given up before the deployment came is of what came after it.
 */
export function evaluationsSince(
  { items, isEnded }: Listed,
  record: DeployedRecord,
): readonly LaterEvaluation[] {
  const { process, owner, history } = record;
  const ours = history.findLast((one) => one.process === process && one.message !== undefined);
  const at = items.findIndex(isDeploymentOf(record));
  const isAll = at === -1 && (ours?.message === process || !isEnded);
  return items.slice(0, isAll ? items.length : Math.max(0, at)).map((one) => ({
    message: one.id,
    from: owner,
    at: new Date(one.at ?? Date.now()).toISOString(),
  }));
}

function valueOf(tags: Scheduled["tags"], name: string): string | undefined {
  return tags.find((tag) => tag.name === name)?.value;
}
