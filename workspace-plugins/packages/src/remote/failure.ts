/** What keeps commands that change a registry from their end. */
export type RemoteFailure =
  /** All tags were asked for, and then one. */
  | { readonly reason: "tag-not-expected"; readonly reference: string }
  | {
      readonly reason: "deletion-unsupported";
      readonly registry: string;
      readonly status: number;
    };

export type RemoteCause = "tags-deleted" | "tags-gone";
