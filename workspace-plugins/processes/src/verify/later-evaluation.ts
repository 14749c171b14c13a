import type { Digest } from "@slipway/signature";

/** Somebody's evaluation after the one that our record names. */
export type LaterEvaluation = {
  readonly message: string;
  readonly from: string;
  readonly at: string;
  /** Signed by the owner and tagged as our deployments are: of another checkout, or of a record that was lost. */
  readonly deployed?: Digest;
};
