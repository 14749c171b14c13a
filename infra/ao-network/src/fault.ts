import { z } from "zod";
import { requestKinds, units } from "./unit.ts";
import type { UnitName } from "./unit.ts";

const place = {
  unit: z.enum(units),
  /** Of the request; any when absent. */
  kind: z.string().optional(),
  /** How many requests are disturbed. */
  count: z.int().positive().default(1),
  /** How many that fit pass before. */
  after: z.int().nonnegative().default(0),
};

/** What happens to the next requests of a unit. */
export const Fault = z
  .discriminatedUnion("fault", [
    /** The connection is reset before anything is done. */
    z.strictObject({ ...place, fault: z.literal("reset") }),
    /** A proxy's page, with success or without. */
    z.strictObject({ ...place, fault: z.literal("html"), status: status(200).default(502) }),
    /** A refusal of the unit itself: `{"error": …}`. */
    z.strictObject({
      ...place,
      fault: z.literal("status"),
      status: status(400),
      error: z.string().default("a fault was asked for"),
    }),
    /** No answer, and nothing is done. */
    z.strictObject({ ...place, fault: z.literal("hang") }),
    z.strictObject({ ...place, fault: z.literal("delay"), delayMs: z.int().positive() }),
    /** The unit acts, the client hears nothing. */
    z.strictObject({ ...place, fault: z.literal("lost-response") }),
  ])
  .superRefine(({ unit, kind }, context) => {
    if (kind === undefined || isKindOf(unit, kind)) return;
    const kinds = requestKinds[unit].join(", ");
    context.addIssue({ code: "custom", path: ["kind"], message: `${unit} has ${kinds}` });
  });
export type Fault = Readonly<z.output<typeof Fault>>;
export type FaultOptions = Readonly<z.input<typeof Fault>>;

export type Faults = {
  readonly add: (faults: readonly Fault[]) => void;
  /** Those that are still to come, with the counts that are left. */
  readonly waiting: () => readonly Fault[];
  readonly clear: () => void;
  /** The fault of this request, which is then used up by one. The first that was added wins. */
  readonly take: (unit: UnitName, kind: string) => Fault | undefined;
};

export function openFaults(): Faults {
  const waiting: Fault[] = [];
  const take = (unit: UnitName, kind: string) => {
    for (const [index, fault] of waiting.entries()) {
      if (fault.unit !== unit || (fault.kind ?? kind) !== kind) continue;
      if (fault.after > 0) {
        waiting[index] = { ...fault, after: fault.after - 1 };
        continue;
      }
      if (fault.count === 1) waiting.splice(index, 1);
      else waiting[index] = { ...fault, count: fault.count - 1 };
      return fault;
    }
    return undefined;
  };
  return {
    add: (faults) => waiting.push(...faults),
    waiting: () => [...waiting],
    clear: () => waiting.splice(0),
    take,
  };
}

function status(from: number) {
  return z.int().min(from).max(599);
}

function isKindOf(unit: UnitName, kind: string): boolean {
  return requestKinds[unit].some((known) => known === kind);
}
