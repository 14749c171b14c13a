import type { DefinitionFailure } from "@slipway/definitions";
import type { DefinitionKind } from "./entry.ts";

/** Why what somebody chose from the catalogue cannot be had. */
export type CatalogueFailure =
  | DefinitionFailure
  | {
      readonly reason: "definition-unknown";
      readonly kind: DefinitionKind;
      readonly name: string;
      readonly known: readonly string[];
      readonly near: readonly string[];
      /** Commands that it may have been meant to be. */
      readonly commands?: readonly string[];
      /** Of what a lock is for: in a workspace that is its own, and not what a user has beside it. */
      readonly isForLock?: boolean;
    };
