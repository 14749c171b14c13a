import type { BuildReason } from "../ingredients.ts";

/** What keeps a record of tested images from being read or written. */
export type TestedFailure =
  /** Larger than any record that we write. */
  | {
      readonly reason: "tested-too-large";
      readonly file: string;
      readonly sizeBytes: number;
      readonly mostBytes: number;
    }
  /** What was built here is not what the definitions say now: no test of it says anything of them. */
  | {
      readonly reason: "tested-not-current";
      readonly image: string;
      readonly reasons: readonly BuildReason[];
    }
  | { readonly reason: "tested-not-built"; readonly image: string; readonly target: string }
  /** Another process writes it, and does not end. */
  | { readonly reason: "tested-locked"; readonly file: string }
  | {
      readonly reason: "image-unknown";
      readonly image: string;
      readonly known: readonly string[];
    };

export type TestedCause = "tested-recorded" | "tested-merged";
