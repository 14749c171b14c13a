/** As cosign and others look for it: of the manifest, and of its layer. */
export const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
