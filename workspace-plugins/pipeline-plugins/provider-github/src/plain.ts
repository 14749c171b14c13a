import { compacted } from "@slipway/pipeline-sdk/plain";
import type { Plain, Table } from "@slipway/pipeline-sdk/plain";

export { flag, positive } from "@slipway/pipeline-sdk/plain";
export type { Plain } from "@slipway/pipeline-sdk/plain";

/** Without the keys that have nothing to say; `permissions` with nothing in it says a lot. */
export function compact(of: { readonly [key: string]: Plain | undefined }): Table {
  return compacted(of, ["permissions"]);
}
