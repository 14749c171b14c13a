import { z } from "zod";

const durationMs = z.int().nonnegative().default(0);
const id = z.string().min(1);

/** Under which the network works until they are changed. Without any it is as kind as a network can be. */
export const Conditions = z.strictObject({
  /** So many of the next items are accepted and never assigned. */
  acceptNoAssign: z.int().nonnegative().default(0),
  /** For so long from now the compute unit answers 202 that an evaluation is in progress. */
  busyMs: durationMs,
  /** The same for each evaluation that lasts longer than this; 0 for never. */
  busyThresholdMs: durationMs,
  /** Each evaluation lasts so much longer. */
  evalDelayMs: durationMs,
  /** The gateway learns of an item so much later. */
  indexDelayMs: durationMs,
  /** The compute unit answers a dry-run with the answer to the same body, when that is no older. Real units: 60000. */
  staleDryRunMs: durationMs,
  /** More dry-runs that were not answered from that cache are refused with 429; 0 for no limit. Real units: 6. */
  dryRunsPerMinute: z.int().nonnegative().default(0),
  /** Larger items are refused with 413; 0 for no limit but that of a body. */
  itemLimitBytes: z.int().nonnegative().default(0),
  /** Processes that take no more messages. */
  readOnly: z.array(id).default([]),
  /** The only processes that the units serve; absent for all. */
  allowed: z.array(id).nullable().default(null),
  /** Whether the node gives an item that is posted again a slot of its own, which runs as nothing. */
  repeatTakesSlot: z.boolean().default(true),
});
export type Conditions = Readonly<z.output<typeof Conditions>>;
export type ConditionsOptions = Readonly<z.input<typeof Conditions>>;

export type NetworkConditions = {
  readonly now: () => Conditions;
  /** With `startsBusy` the time to be busy counts from now. */
  readonly set: (conditions: Conditions, startsBusy: boolean) => void;
  readonly isBusy: () => boolean;
  /** Whether the next item is one of those that are not assigned; it is used up by that. */
  readonly takeGhost: () => boolean;
};

export function openConditions(nowMs: () => number): NetworkConditions {
  const state = { conditions: Conditions.parse({}), busyUntilMs: 0 };
  return {
    now: () => state.conditions,
    set: (conditions, startsBusy) => {
      if (startsBusy) state.busyUntilMs = nowMs() + conditions.busyMs;
      state.conditions = conditions;
    },
    isBusy: () => nowMs() < state.busyUntilMs,
    takeGhost: () => {
      const { acceptNoAssign } = state.conditions;
      if (acceptNoAssign === 0) return false;
      state.conditions = { ...state.conditions, acceptNoAssign: acceptNoAssign - 1 };
      return true;
    },
  };
}
