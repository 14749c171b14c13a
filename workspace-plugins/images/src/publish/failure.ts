import type { Digest } from "@slipway/signature";

/** A statement about an image that was not believed, and why. */
export type ImageObjection = { readonly signer: string | undefined; readonly problem: string };

/** Of images in registries, and of what says how they were built. */
export type PublishFailure =
  /** The file that says how an image was built is none, or is of another image. */
  | { readonly reason: "provenance-invalid"; readonly file: string }
  | { readonly reason: "image-not-published"; readonly reference: string }
  | {
      readonly reason: "image-unsigned";
      readonly reference: string;
      readonly digest: Digest;
      readonly objections: readonly ImageObjection[];
    }
  /** There are images under the name, and none for the processor that is meant. */
  | {
      readonly reason: "image-for-others";
      readonly reference: string;
      readonly architecture: string;
      readonly others: readonly string[];
    }
  /** A manifest that is none of an image. */
  | { readonly reason: "image-manifest-unclear"; readonly reference: string };

export type PublishCause = "image-signed" | "image-attached" | "image-pulled";
