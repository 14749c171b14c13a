import type { Override } from "@slipway/pipeline-sdk/graph";
import { settingsFor } from "@slipway/pipeline-sdk/plain";
import type { Table } from "@slipway/pipeline-sdk/plain";

export { isTable, overlaid } from "@slipway/pipeline-sdk/plain";

/** What the file says to CircleCI alone, in CircleCI's own language. */
export function settingsOf(overrides: readonly Override[]): Table {
  return settingsFor("circleci", overrides);
}

/** Parts a table by its keys. */
export function parted(of: Table, isFirst: (key: string) => boolean): readonly [Table, Table] {
  const entries = Object.entries(of);
  return [
    Object.fromEntries(entries.filter(([key]) => isFirst(key))),
    Object.fromEntries(entries.filter(([key]) => !isFirst(key))),
  ];
}
