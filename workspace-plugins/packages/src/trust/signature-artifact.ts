import { mediaTypes } from "@slipway/registry";
import { digestOf } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { emptyConfig, manifestMediaType } from "../image-manifest.ts";

/** As cosign and others look for it: of the manifest, and of its layer. */
export const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** An OCI artifact manifest whose one layer is the bundle (image spec 1.1, "Guidelines for Artifact Usage"). */
export function writeSignatureManifest(
  bundle: Buffer,
  subject: { readonly digest: Digest; readonly sizeBytes: number },
): Buffer<ArrayBuffer> {
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    artifactType: bundleType,
    config: {
      mediaType: "application/vnd.oci.empty.v1+json",
      digest: digestOf(emptyConfig),
      size: emptyConfig.byteLength,
    },
    layers: [{ mediaType: bundleType, digest: digestOf(bundle), size: bundle.byteLength }],
    subject: { mediaType: manifestMediaType, digest: subject.digest, size: subject.sizeBytes },
  };
  return Buffer.from(JSON.stringify(manifest));
}
