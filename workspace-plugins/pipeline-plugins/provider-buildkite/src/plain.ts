import { compacted } from "@slipway/pipeline-sdk/plain";
import type { Plain, Table } from "@slipway/pipeline-sdk/plain";

export { flag, isTable, positive } from "@slipway/pipeline-sdk/plain";
export type { Plain, Table } from "@slipway/pipeline-sdk/plain";

/** Without the keys that have nothing to say. A step that depends on nothing has to say so. */
export function compact(of: { readonly [key: string]: Plain | undefined }): Table {
  return compacted(of, ["depends_on"]);
}
