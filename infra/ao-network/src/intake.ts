import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { Assignment } from "./assignment.ts";
import type { NetworkConditions } from "./conditions.ts";
import type { NetworkFailure } from "./failure.ts";
import { verifyItem } from "./item.ts";
import type { Item } from "./item.ts";
import type { Scheduler } from "./scheduler.ts";
import { tagValue } from "./tag.ts";

/** An item that a unit has taken; without an assignment where it was told to lose some. */
export type Taken = { readonly item: Item; readonly assignment: Assignment | undefined };

/** Takes items from outside, for the messenger and for the node. */
export type Intake = {
  readonly read: (body: Uint8Array) => Promise<Result<Item, NetworkFailure>>;
  readonly take: (
    item: Item,
    options?: { readonly mayRepeat: boolean },
  ) => Promise<Result<Taken, NetworkFailure>>;
};

export function openIntake(scheduler: Scheduler, conditions: NetworkConditions): Intake {
  return {
    read: async (body) => {
      const { itemLimitBytes: limitBytes } = conditions.now();
      const isTooLarge = limitBytes > 0 && body.byteLength > limitBytes;
      return isTooLarge ? fail({ reason: "body-too-large", limitBytes }) : verifyItem(body);
    },
    take: async (item, options) => {
      const process = tagValue(item.tags, "Type") === "Process" ? item.id : item.target;
      const { readOnly, allowed } = conditions.now();
      if (readOnly.includes(process)) return fail({ reason: "process-read-only", process });
      if (allowed?.includes(process) === false) return fail({ reason: "process-refused", process });
      if (conditions.takeGhost()) return ok({ item, assignment: undefined });
      const assignment = await scheduler.accept(item, options);
      return assignment.ok ? ok({ item, assignment: assignment.value }) : assignment;
    },
  };
}
