import type { Global, Inventory } from "./inventory.ts";

/** What an upgrade does to what the process held, or to state that `ao.yml` declares. */
export type Change =
  | { readonly change: "state-vanished"; readonly name: string; readonly before: Held }
  | {
      readonly change: "state-kind-changed";
      readonly name: string;
      readonly before: Held;
      readonly after: Held;
    }
  | {
      readonly change: "state-reset";
      readonly name: string;
      readonly before: Held;
      readonly after: Held;
      /** Keys that are gone, sorted. */
      readonly lost: readonly string[];
    }
  /** Nothing is gone by name, and values differ. */
  | { readonly change: "state-rewritten"; readonly name: string; readonly before: Held }
  /** Declared, and no global when the code has run. */
  | { readonly change: "state-absent"; readonly name: string }
  /** A table that nobody declared. */
  | { readonly change: "table-emptied"; readonly name: string; readonly before: Held }
  | { readonly change: "handler-gone"; readonly name: string };

/** A value as far as it is told: entries of a table, those of tables in it included; bytes of a string. */
export type Held = { readonly kind: string; readonly size?: number | undefined };

const losses: ReadonlySet<Change["change"]> = new Set([
  "state-vanished",
  "state-kind-changed",
  "state-reset",
]);

/** Whether declared state would be lost. */
export function isLoss({ change }: Change): boolean {
  return losses.has(change);
}

/** Declared state first, in the order of its declaration; then tables and handlers by name. */
export function changesOf(
  before: Inventory,
  after: Inventory,
  state: readonly string[],
): readonly Change[] {
  const emptied = before.globals.filter(
    (held) => !state.includes(held.name) && isEmptied(held, find(after, held.name)),
  );
  const gone = before.handlers.filter((name) => !after.handlers.includes(name));
  return [
    ...state.flatMap((name) => stateChange(name, find(before, name), find(after, name))),
    ...emptied.map(({ name, ...held }) => ({
      change: "table-emptied" as const,
      name,
      before: heldOf(held),
    })),
    ...gone.map((name) => ({ change: "handler-gone" as const, name })),
  ];
}

/** Of a new process: nothing was there to be lost. */
export function absentState(after: Inventory, state: readonly string[]): readonly Change[] {
  return state.flatMap((name) => stateChange(name, undefined, find(after, name)));
}

function stateChange(
  name: string,
  before: Global | undefined,
  after: Global | undefined,
): readonly Change[] {
  if (before === undefined) return after === undefined ? [{ change: "state-absent", name }] : [];
  if (after === undefined) return [{ change: "state-vanished", name, before: heldOf(before) }];
  const held = { name, before: heldOf(before), after: heldOf(after) };
  if (before.kind !== after.kind) return [{ change: "state-kind-changed", ...held }];
  if (before.content !== undefined && before.content === after.content) return [];
  const keys = new Set(after.keys);
  const told = after.keys === undefined ? [] : (before.keys ?? []);
  const lost = told.filter((key) => !keys.has(key)).toSorted();
  // A value without parts is not rewritten in part: another one is the one that the code begins with.
  const isReset =
    before.kind !== "table" || lost.length > 0 || (after.size ?? 0) < (before.size ?? 0);
  return isReset
    ? [{ change: "state-reset", ...held, lost }]
    : [{ change: "state-rewritten", name, before: held.before }];
}

function isEmptied(before: Global, after: Global | undefined): boolean {
  if (before.kind !== "table" || (before.size ?? 0) === 0) return false;
  return after?.kind !== "table" || after.size === 0;
}

function find(inventory: Inventory, name: string): Global | undefined {
  return inventory.globals.find((held) => held.name === name);
}

function heldOf({ kind, size }: Pick<Global, "kind" | "size">): Held {
  return { kind, ...(size === undefined ? {} : { size }) };
}
