import { hexOf } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { z } from "zod";

/** in-toto attestation framework, version 1, "Statement". */
export const statementType = "https://in-toto.io/Statement/v1";

/** SLSA provenance, version 1 (slsa.dev, "Provenance"). */
export const provenanceType = "https://slsa.dev/provenance/v1";

/** As cosign and others look for a signed statement in a registry: of the manifest, and of its layer. */
export const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";

export const Sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

/** Of a statement about one thing. */
export function subjectNamed<Name extends z.ZodType<string>>(name: Name) {
  return z.tuple([z.strictObject({ name, digest: z.strictObject({ sha256: Sha256Hex }) })]);
}

export function subjectOf<const Name extends string>(
  name: Name,
  digest: Digest,
): [{ name: Name; digest: { sha256: string } }] {
  return [{ name, digest: { sha256: hexOf(digest) } }];
}
