/** What YAML is written of: keys in the order in which they are to stand. */
export type Plain =
  | string
  | number
  | boolean
  | readonly Plain[]
  | { readonly [key: string]: Plain };

export type Table = { readonly [key: string]: Plain };

type Sparse = { readonly [key: string]: Plain | undefined };

/** Without the keys that have nothing to say. A step that depends on nothing has to say so. */
export function compact(of: Sparse): Table {
  return Object.fromEntries(
    Object.entries(of).flatMap(([key, value]) =>
      value === undefined || (key !== "depends_on" && isEmpty(value))
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
