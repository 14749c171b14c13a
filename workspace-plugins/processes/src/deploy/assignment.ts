import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ProofFailure, UnitFailure } from "../failure.ts";
import type { SignedItem } from "../network/item.ts";
import type { AoNetwork } from "../network/network.ts";
import { paused } from "../paused.ts";

/** Before each question to the scheduler after the first. */
const waitsMs: readonly number[] = [50, 100, 200, 400, 800, 1600, 3200, 3200, 3200];

/** An accepted item may never have been handed on: its bytes are sent again after these waits. */
const repostAfter: ReadonlySet<number> = new Set([4, 6]);

type Placed = Result<string, UnitFailure | ProofFailure>;

/**
 * Sends an item, until the network says its place in the history of its process. One that was sent before is looked
 * for first.
 */
export async function deliver(
  network: Pick<AoNetwork, "find" | "post">,
  {
    item,
    process,
    isNew,
  }: { readonly item: SignedItem; readonly process: string; readonly isNew: boolean },
  signal: AbortSignal,
): Promise<Placed> {
  const before = isNew ? ok(undefined) : await network.find(process, item.id);
  if (!before.ok) return before;
  if (before.value !== undefined) return ok(before.value);
  const posted = await network.post(process, item);
  if (!posted.ok) return posted;
  return posted.value === undefined ? untilFound(network, item, process, signal) : ok(posted.value);
}

async function untilFound(
  network: Pick<AoNetwork, "find" | "post">,
  item: SignedItem,
  process: string,
  signal: AbortSignal,
): Promise<Placed> {
  for (const [at, ms] of waitsMs.entries()) {
    const found = await network.find(process, item.id);
    if (!found.ok) return found;
    if (found.value !== undefined) return ok(found.value);
    if (!(await paused(ms, signal))) return fail({ reason: "ao-stopped" });
    const posted = repostAfter.has(at) ? await network.post(process, item) : ok(undefined);
    if (!posted.ok) return posted;
  }
  const waitedMs = waitsMs.reduce((sum, ms) => sum + ms, 0);
  return fail({ reason: "item-unassigned", item: item.id, process, waitedMs });
}
