import { digestOf } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { describeManifest } from "./description.ts";
import type { Description } from "./description.ts";

/** Where a package is. */
export type FoundPlace =
  | { readonly kind: "lock"; readonly key: string; readonly source: string }
  | { readonly kind: "store"; readonly integrity: Digest }
  | { readonly kind: "build" | "pull"; readonly reference: string }
  /** `tags` are all of the repository, the newest version first; what is described is the first. */
  | {
      readonly kind: "registry";
      readonly repository: string;
      readonly tags: readonly string[];
    };

/** One package in one place. Equal manifests are one package. */
export type Candidate = {
  readonly id: string;
  readonly description: Description;
  readonly place: FoundPlace;
};

/** What one place holds; `unread` counts what was there and is no package. */
export type Gathered = { readonly candidates: readonly Candidate[]; readonly unread: number };

export function gather(
  found: readonly { readonly manifest: string | undefined; readonly place: FoundPlace }[],
): Gathered {
  const candidates = found.flatMap(({ manifest, place }) => {
    const description = describeManifest(manifest ?? "");
    if (description === undefined) return [];
    return [{ id: digestOf(Buffer.from(manifest ?? "")), description, place }];
  });
  return { candidates, unread: found.length - candidates.length };
}
