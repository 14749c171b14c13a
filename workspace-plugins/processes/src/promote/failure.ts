/** There is nothing to sign for. */
export type PromotionFailure = {
  readonly reason: "promotion-source-unfinished";
  readonly process: string;
  readonly from: string;
};
