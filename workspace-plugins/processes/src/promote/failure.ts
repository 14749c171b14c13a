export type PromotionFailure =
  /** There is nothing to sign for. */
  | {
      readonly reason: "promotion-source-unfinished";
      readonly process: string;
      readonly from: string;
    }
  /** A build was to be deployed where code comes by promotion alone. */
  | {
      readonly reason: "promotion-only";
      readonly deployTarget: string;
      readonly from: string;
      readonly project: string;
      readonly processes: readonly string[];
    };
