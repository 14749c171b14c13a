import path from "node:path";
import { compareBytes, hexOf, parseDigest } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { namesIn } from "@slipway/signature/names-in";

/** aigg's store, in its layout: `<home>/.aigogo/store/sha256/<2 hex>/<64 hex>/{files/,aigogo.json}`. */
export type Store = { readonly folder: string };

export function storeIn(home: string): Store {
  return { folder: path.join(home, ".aigogo", "store") };
}

export function entryFolder(store: Store, integrity: Digest): string {
  const hex = hexOf(integrity);
  return path.join(store.folder, "sha256", hex.slice(0, 2), hex);
}

export function filesFolder(store: Store, integrity: Digest): string {
  return path.join(entryFolder(store, integrity), "files");
}

/** Of every entry, right or not, in byte order. */
export async function entriesIn(store: Store): Promise<readonly Digest[]> {
  const top = path.join(store.folder, "sha256");
  const entries: Digest[] = [];
  for (const begin of await namesIn(top)) {
    for (const hex of await namesIn(path.join(top, begin))) {
      const integrity = parseDigest(`sha256:${hex}`);
      if (integrity !== undefined && hex.startsWith(begin)) entries.push(integrity);
    }
  }
  return entries.toSorted(compareBytes);
}
