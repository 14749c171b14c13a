import type { Override } from "@slipway/pipeline-sdk/graph";
import { overlaid, settingsFor } from "@slipway/pipeline-sdk/plain";
import type { Table } from "@slipway/pipeline-sdk/plain";

/** With what the file says to GitHub alone laid over it. */
export function overlay(rendered: Table, overrides: readonly Override[]): Table {
  return overlaid(rendered, settingsFor("github", overrides));
}
