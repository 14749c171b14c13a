import { z } from "zod";
import { units } from "./unit.ts";
import type { UnitName } from "./unit.ts";

export type RequestCounts = Readonly<Record<UnitName, Readonly<Record<string, number>>>>;

export const LogEntry = z.strictObject({
  /** From 1 since the start or the last reset, as the requests arrived. */
  order: z.int().positive(),
  unit: z.enum(units),
  method: z.string(),
  /** With the query. */
  path: z.string(),
  kind: z.string(),
  /** Absent while there is no answer, and for ever where the client heard none. */
  status: z.int().exactOptional(),
  /** The item that the request brought, once the unit has read it. */
  item: z.string().exactOptional(),
  /** What was done to the request on purpose. */
  fault: z.string().exactOptional(),
});
export type LogEntry = Readonly<z.output<typeof LogEntry>>;

/** What was asked of the units since the start or the last reset. */
export type RequestLog = {
  /** Returns how to say later how the request ended. */
  readonly arrived: (
    request: Pick<LogEntry, "unit" | "method" | "path" | "kind" | "fault">,
  ) => (end: Pick<LogEntry, "status" | "item">) => void;
  readonly counts: () => RequestCounts;
  readonly entries: () => readonly LogEntry[];
  readonly reset: () => void;
};

/** Older entries are dropped; the counts go on. */
const entriesKept = 10_000;

export function openRequestLog(): RequestLog {
  const state = { order: 0, entries: new Map<number, LogEntry>(), counts: emptyCounts() };
  return {
    arrived: (request) => {
      const { entries, counts } = state;
      const order = (state.order += 1);
      const kinds = counts[request.unit];
      kinds.set(request.kind, (kinds.get(request.kind) ?? 0) + 1);
      entries.set(order, { order, ...request });
      entries.delete(order - entriesKept);
      return (end) => {
        // Not one that was reset or dropped meanwhile.
        if (entries.has(order)) entries.set(order, { order, ...request, ...end });
      };
    },
    counts: () => ({
      mu: Object.fromEntries(state.counts.mu),
      su: Object.fromEntries(state.counts.su),
      cu: Object.fromEntries(state.counts.cu),
      gateway: Object.fromEntries(state.counts.gateway),
      node: Object.fromEntries(state.counts.node),
    }),
    entries: () => [...state.entries.values()],
    reset: () => {
      state.order = 0;
      state.entries = new Map();
      state.counts = emptyCounts();
    },
  };
}

function emptyCounts(): Readonly<Record<UnitName, Map<string, number>>> {
  return { mu: new Map(), su: new Map(), cu: new Map(), gateway: new Map(), node: new Map() };
}
