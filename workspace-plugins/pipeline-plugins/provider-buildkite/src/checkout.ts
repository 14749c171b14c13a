import type { Checkout } from "@slipway/pipeline-sdk/graph";
import { compact, flag } from "./plain.ts";
import type { Table } from "./plain.ts";

/** The agent clones all of the history where its own settings say nothing else: these flags are its usual ones. */
const wholeHistory = { clone: "-v", fetch: "-v --prune" } as const;

export function checkoutOf(checkout: Checkout | undefined): Table | undefined {
  if (checkout === undefined) return undefined;
  const { disabled, depth, submodules, lfs, tags } = checkout;
  if (disabled) return { skip: true };
  const flags = {
    ...(depth === 0 ? wholeHistory : {}),
    ...(tags ? { fetch: `${wholeHistory.fetch} --tags` } : {}),
  };
  return compact({
    submodules: flag(submodules),
    lfs: flag(lfs),
    depth: depth === 0 ? undefined : depth,
    flags,
  });
}
