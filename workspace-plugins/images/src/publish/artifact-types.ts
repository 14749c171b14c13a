/** Of a signed statement, as cosign and others look for it. */
export const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** Of a bill of materials (IANA, "application/vnd.cyclonedx+json"). */
export const sbomType = "application/vnd.cyclonedx+json";
