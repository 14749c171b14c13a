/** At the root of the workspace. */
export const imagesLockName = "slipway.images.lock";
/** Beside it: which images of others may be used. */
export const imagesPolicyName = "slipway.images.policy.yml";
