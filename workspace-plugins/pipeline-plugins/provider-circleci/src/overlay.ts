import type { Override } from "@slipway/pipeline-sdk/graph";
import type { Plain, Table } from "./plain.ts";

/** What the file says to CircleCI alone, in CircleCI's own language. */
export function settingsOf(overrides: readonly Override[]): Table {
  return overrides
    .filter(({ provider }) => provider === "circleci")
    .reduce<Table>((under, { json }) => overlaid(under, tableIn(json)), {});
}

/** Tables key by key, all else in its place. */
export function overlaid(under: Table, over: Table): Table {
  const result: { [key: string]: Plain } = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = under[key];
    result[key] = isTable(below) && isTable(value) ? overlaid(below, value) : value;
  }
  return result;
}

/** Parts a table by its keys. */
export function parted(of: Table, isFirst: (key: string) => boolean): readonly [Table, Table] {
  const entries = Object.entries(of);
  return [
    Object.fromEntries(entries.filter(([key]) => isFirst(key))),
    Object.fromEntries(entries.filter(([key]) => !isFirst(key))),
  ];
}

export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tableIn(json: string): Table {
  const parsed: unknown = JSON.parse(json);
  return isTable(parsed) ? parsed : {};
}
