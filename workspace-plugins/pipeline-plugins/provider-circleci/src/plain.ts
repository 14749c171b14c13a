import type { Table } from "@slipway/pipeline-sdk/plain";

export { compacted as compact, positive } from "@slipway/pipeline-sdk/plain";
export type { Plain, Table } from "@slipway/pipeline-sdk/plain";

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
