import type { Override } from "./generated/slipway/pipelines/v1/graph_pb.js";

/** What YAML is written of: keys in the order in which they are to stand. */
export type Plain =
  | string
  | number
  | boolean
  | readonly Plain[]
  | { readonly [key: string]: Plain };

export type Table = { readonly [key: string]: Plain };

/** Without the keys that have nothing to say; those of `telling` say something by being empty. */
export function compacted(
  of: { readonly [key: string]: Plain | undefined },
  telling: readonly string[] = [],
): Table {
  return Object.fromEntries(
    Object.entries(of).flatMap(([key, value]) =>
      value === undefined || (!telling.includes(key) && isEmpty(value))
        ? []
        : [[key, value] as const],
    ),
  );
}

function isEmpty(value: Plain): boolean {
  if (value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** `undefined` for 0, which in the graph is: not written. */
export function positive(count: number): number | undefined {
  return count > 0 ? count : undefined;
}

/** `undefined` for what is not so. */
export function flag(is: boolean): true | undefined {
  return is || undefined;
}

export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What the file says to one provider alone, in that provider's own language. */
export function settingsFor(provider: string, overrides: readonly Override[]): Table {
  return overrides
    .filter((override) => override.provider === provider)
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

function tableIn(json: string): Table {
  const parsed: unknown = JSON.parse(json);
  return isTable(parsed) ? parsed : {};
}
