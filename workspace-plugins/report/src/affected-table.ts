import type { TargetChange } from "@slipway/signature";
import { table } from "./table.ts";
import { describeDifference } from "./texts/signature.ts";

/** A row for each target that is not the same, with the root cause; a line of counts. */
export function affectedLines(
  changes: readonly TargetChange[],
  counts: { readonly all: number },
): readonly string[] {
  const same = `${counts.all - changes.length} of ${counts.all} targets are the same`;
  if (changes.length === 0) return [same];
  const rows = changes.map((change) => [change.target, whyText(change)]);
  return [...table(["target", "because"], rows), same];
}

function whyText(change: TargetChange): string {
  switch (change.change) {
    case "added":
      return "the target is new";
    case "removed":
      return "the target is gone";
    case "unsigned":
      return `it cannot be signed at the ${change.at}: ${change.failure.reason}`;
    case "changed":
      return causesText(change);
  }
}

function causesText({ causes }: Extract<TargetChange, { readonly change: "changed" }>): string {
  const [first, ...more] = causes;
  if (first === undefined) return "of what it builds on";
  // Where it came in; `slipway explain <target>` and --json have the whole way.
  const deepest = first.via.at(-1);
  const through = deepest === undefined ? "" : ` (in ${deepest})`;
  const others = more.length === 0 ? "" : `, and ${more.length} more`;
  return `${describeDifference(first.difference)}${through}${others}`;
}

/** The same for machines: one object, whose fields stay. */
export function affectedJson(
  changes: readonly TargetChange[],
  of: { readonly base: string; readonly head: string | undefined; readonly all: number },
): string {
  const { base, head, all } = of;
  const targets = changes.map((change) =>
    change.change === "changed"
      ? {
          ...change,
          causes: change.causes.map(({ via, difference }) => ({ via, ...difference })),
        }
      : change,
  );
  const found = { schema: 1, base, head: head ?? "working tree", same: all - changes.length };
  return JSON.stringify({ ...found, targets }, undefined, 2);
}
