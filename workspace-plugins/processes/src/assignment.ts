import { setTimeout as pause } from "node:timers/promises";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { ProofFailure, UnitFailure } from "./failure.ts";
import type { AoNetwork, SignedItem } from "./network.ts";

/** Before each question to the scheduler unit after the first. */
const waitsMs: readonly number[] = [50, 100, 200, 400, 800, 1600, 3200, 3200, 3200];

/** An accepted item may never have been handed on: its bytes are sent again after these waits. */
const repostAfter: ReadonlySet<number> = new Set([4, 6]);

/** Waits until the scheduler unit knows an item: the process it spawns, or the message it is. */
export async function untilAssigned(
  network: Pick<AoNetwork, "isProcessKnown" | "isAssigned" | "post">,
  item: SignedItem,
  process: string,
  signal: AbortSignal,
): Promise<Result<void, UnitFailure | ProofFailure>> {
  for (const [at, ms] of waitsMs.entries()) {
    const known = await isKnown(network, item.id, process);
    if (!known.ok) return known;
    if (known.value) return ok(undefined);
    if (signal.aborted || !(await paused(ms, signal))) return fail({ reason: "ao-stopped" });
    const posted = repostAfter.has(at) ? await network.post(item) : ok(undefined);
    if (!posted.ok) return posted;
  }
  const waitedMs = waitsMs.reduce((sum, ms) => sum + ms, 0);
  return fail({ reason: "item-unassigned", item: item.id, process, waitedMs });
}

/** Whether the scheduler unit has an item. A spawn is the process itself. */
export function isKnown(
  network: Pick<AoNetwork, "isProcessKnown" | "isAssigned">,
  item: string,
  process: string,
): Promise<Result<boolean, UnitFailure>> {
  return item === process ? network.isProcessKnown(process) : network.isAssigned(process, item);
}

async function paused(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
