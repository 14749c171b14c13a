import type { LockedAgent, LockedImage } from "../images-lock.ts";
import type { ImagesFailure } from "../failure.ts";

/**
 * What something that a lock has, or should have, is now. `missing` is certain, `unknown` is no answer. What is not
 * locked has `changed`, from nothing.
 */
export type Now<Value> =
  | { readonly state: "same" }
  | { readonly state: "changed"; readonly value: Value }
  | { readonly state: "missing" }
  | { readonly state: "unknown"; readonly because: ImagesFailure };

/** An entry of a lock, and what it is now. */
export type LockEntry =
  | {
      readonly kind: "agent";
      readonly name: string;
      readonly locked: LockedAgent | undefined;
      /** Its version was found out for another definition. */
      readonly isStale: boolean;
      readonly now: Now<LockedAgent>;
    }
  | {
      readonly kind: "from_image" | "builder";
      /** A reference. */
      readonly name: string;
      readonly locked: Pick<LockedImage, "digest"> | undefined;
      readonly now: Now<LockedImage>;
    };

/** As the lock file has it, with dots. */
export function entryName({ kind, name }: Pick<LockEntry, "kind" | "name">): string {
  switch (kind) {
    case "agent":
      return agentEntry(name);
    case "from_image":
      return imageEntry(name);
    case "builder":
      return "builder";
  }
}

export function agentEntry(name: string): string {
  return `agents.${name}`;
}

export function imageEntry(reference: string): string {
  return `from_images.${reference}`;
}
