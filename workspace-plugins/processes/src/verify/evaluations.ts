import { parseDigest } from "@slipway/signature/basics";
import type { Scheduled } from "../network/network.ts";
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

function valueOf(tags: Scheduled["tags"], name: string): string | undefined {
  return tags.find((tag) => tag.name === name)?.value;
}
