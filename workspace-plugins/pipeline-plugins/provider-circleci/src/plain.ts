/** What YAML is written of: keys in the order in which they are to stand. */
export type Plain =
  | string
  | number
  | boolean
  | readonly Plain[]
  | { readonly [key: string]: Plain };

export type Table = { readonly [key: string]: Plain };

/** Without the keys that have nothing to say. */
export function compact(of: { readonly [key: string]: Plain | undefined }): Table {
  return Object.fromEntries(
    Object.entries(of).flatMap(([key, value]) =>
      value === undefined || isEmpty(value) ? [] : [[key, value] as const],
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

/** A text as CircleCI's own syntax for one: `<<` would begin an expression. */
export function quoted(text: string): string {
  return text.replaceAll("<<", String.raw`\<<`);
}

/** Known keys in the order of the vendor's reference, the others after them by name. */
export function ordered(of: Table, keys: readonly string[]): Table {
  const others = Object.keys(of)
    .filter((key) => !keys.includes(key))
    .toSorted();
  return Object.fromEntries(
    [...keys, ...others].flatMap((key) => {
      const value = of[key];
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}
