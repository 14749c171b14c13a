/** What the workspace's policy has against an image of somebody else's. */
export type PolicyFailure = {
  readonly reason: "image-not-allowed";
  readonly policyFile: string;
  readonly reference: string;
};
