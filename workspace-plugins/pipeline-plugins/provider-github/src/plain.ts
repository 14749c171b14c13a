/** What YAML is written of: keys in the order in which they are to stand. */
export type Plain =
  | string
  | number
  | boolean
  | readonly Plain[]
  | { readonly [key: string]: Plain };

type Sparse = { readonly [key: string]: Plain | undefined };

/** Without the keys that have nothing to say; `permissions` with nothing in it says a lot. */
export function compact(of: Sparse): { readonly [key: string]: Plain } {
  return Object.fromEntries(
    Object.entries(of).flatMap(([key, value]) =>
      value === undefined || (key !== "permissions" && isEmpty(value))
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
