/** What is wrong with `slipway.images.lock`, where it counts. */
export type LockFailure =
  /** Another command writes it, and does not come to an end. */
  | { readonly reason: "images-lock-busy"; readonly file: string }
  /** Nothing may be found out anew (`--frozen`), and entries are not there, or of another definition. */
  | {
      readonly reason: "images-lock-stale";
      readonly file: string;
      readonly missing: readonly string[];
      readonly stale: readonly string[];
      /** What locks them. */
      readonly command: string;
    }
  /** The registry says that there is none. */
  | { readonly reason: "image-reference-missing"; readonly reference: string }
  /** It takes a request, and none may be made. */
  | { readonly reason: "unknown-offline" };

export type LockCause =
  | "images-locked"
  | "images-lock-planned"
  | "images-lock-as-it-was"
  | "images-lock-pruned"
  | "images-lock-all-used";
