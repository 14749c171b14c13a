import path from "node:path";
import { exists, hexOf, parseDigest } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { namesIn } from "@slipway/signature/names-in";
import { removeFolder } from "../place-folder.ts";
import type { Store } from "../store-place.ts";

/** What was installed for the scripts of a package, a folder for each Python and Node: beside the store, as aigg has it. */
export function environmentsOf(store: Store, integrity: Digest): string {
  return path.join(allEnvironments(store), hexOf(integrity));
}

/** The packages that have any. */
export async function packagesWithEnvironments(store: Store): Promise<readonly Digest[]> {
  const names = await namesIn(allEnvironments(store));
  return names
    .toSorted()
    .map((hex) => parseDigest(`sha256:${hex}`))
    .filter((integrity) => integrity !== undefined);
}

/** Whole; answers which of the packages had some. */
export async function removeEnvironments(
  store: Store,
  integrities: readonly Digest[],
): Promise<readonly Digest[]> {
  const removed: Digest[] = [];
  for (const integrity of integrities) {
    const folder = environmentsOf(store, integrity);
    if (!(await exists(folder))) continue;
    await removeFolder(folder);
    removed.push(integrity);
  }
  return removed;
}

function allEnvironments(store: Store): string {
  return path.join(path.dirname(store.folder), "envs");
}
