import { digestOf } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";

/** What each layer is called together with all below it (OCI image-spec, config.md, "Layer ChainID"). */
export function chainIdsOf(diffIds: readonly Digest[]): readonly Digest[] {
  const chainIds: Digest[] = [];
  for (const diffId of diffIds) {
    const below = chainIds.at(-1);
    chainIds.push(below === undefined ? diffId : digestOf(`${below} ${diffId}`));
  }
  return chainIds;
}
