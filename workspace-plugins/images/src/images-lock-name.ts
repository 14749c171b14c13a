/** At the root of the workspace. */
export const imagesLockName = "slipway.images.lock";
