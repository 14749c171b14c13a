import type { Digest } from "@slipway/signature";

/** What keeps commands that change a registry from their end. */
export type RemoteFailure =
  /** All tags were asked for, and then one. */
  | { readonly reason: "tag-not-expected"; readonly reference: string }
  | { readonly reason: "digest-not-expected"; readonly reference: string }
  /** By other content, or the same in another layer. */
  | {
      readonly reason: "tag-taken";
      readonly reference: string;
      readonly expected: Digest;
      readonly found: Digest;
    }
  /** Each push would take the tag from the other. */
  | {
      readonly reason: "version-shared";
      readonly reference: string;
      /** Folders of the other packages, relative to the workspace. */
      readonly rivals: readonly string[];
    }
  | {
      readonly reason: "deletion-unsupported";
      readonly registry: string;
      readonly status: number;
    };

export type RemoteCause = "tags-deleted" | "tags-gone" | "pulled";
