import { buffer } from "node:stream/consumers";
import type { Trust } from "@slipway/attestation";
import { DigestText } from "@slipway/definitions/digest-text";
import type { Reference, Registry } from "@slipway/registry";
import { fail, ok, parseJson } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import type { ImagesFailure } from "../failure.ts";
import { ImageConfig } from "../image-config.ts";
import type { Ingredients } from "../ingredients.ts";
import { readAnnotation } from "../recorded-ingredients.ts";
import { sbomType } from "./sbom-type.ts";
import type { Claims } from "./verify-image.ts";
import { findPublished, readClaims } from "./verify-image.ts";

/** What a published image says of itself, and who has signed what of it. */
export type InspectedImage = {
  readonly reference: string;
  readonly digest: Digest;
  readonly imageId: Digest;
  readonly platform: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** `undefined`: it does not say what it was made from. */
  readonly ingredients: Ingredients | undefined;
  readonly claims: Omit<Claims, "bundle">;
  readonly hasSbom: boolean;
};

const Manifest = z.looseObject({
  config: z.looseObject({ digest: DigestText, size: z.int().nonnegative() }),
  layers: z.array(z.looseObject({})),
  annotations: z.record(z.string(), z.string()).optional(),
});

const mostConfigBytes = 4 * 1024 * 1024;

export async function inspectPublished(
  text: string,
  world: { readonly registry: Registry; readonly trust: Trust; readonly now: Date },
): Promise<Result<InspectedImage, ImagesFailure>> {
  const { registry } = world;
  const found = await findPublished(registry, text);
  if (!found.ok) return found;
  const { reference, digest } = found.value;
  const manifest = await registry.getManifest({ ...reference, digest });
  if (manifest.state === "unknown") return fail(manifest.failure);
  if (manifest.state === "missing") return fail({ reason: "image-not-published", reference: text });
  const unclear = fail({ reason: "image-manifest-unclear", reference: text } as const);
  const image = Manifest.safeParse(parseJson(manifest.value.bytes.toString("utf8"))).data;
  if (image === undefined || image.config.size > mostConfigBytes) return unclear;
  const { annotations = {}, config: described } = image;
  const config = await readConfig(registry, reference, {
    digest: described.digest,
    sizeBytes: described.size,
  });
  if (!config.ok) return config;
  if (config.value === undefined) return unclear;
  const claims = await readClaims(world, reference, digest);
  if (!claims.ok) return claims;
  const { believed, objections } = claims.value;
  const hasSbom = await isAttached(registry, reference, digest);
  if (!hasSbom.ok) return hasSbom;
  return ok({
    reference: text,
    digest,
    imageId: described.digest,
    platform: `${config.value.os}/${config.value.architecture}`,
    labels: config.value.config?.Labels ?? {},
    annotations,
    ingredients: readAnnotation(annotations),
    claims: { believed, objections },
    hasSbom: hasSbom.value,
  });
}

async function readConfig(
  registry: Registry,
  reference: Reference,
  described: { readonly digest: Digest; readonly sizeBytes: number },
): Promise<Result<ImageConfig | undefined, ImagesFailure>> {
  const blob = await registry.readBlob(reference, described, async (chunks) => buffer(chunks));
  if (blob.state === "unknown") return fail(blob.failure);
  return ok(
    blob.state === "missing"
      ? undefined
      : ImageConfig.safeParse(parseJson(blob.value.toString("utf8"))).data,
  );
}

async function isAttached(
  registry: Registry,
  reference: Reference,
  subject: Digest,
): Promise<Result<boolean, ImagesFailure>> {
  const asked = { subject, artifactType: sbomType };
  const listed = await registry.listReferrers(reference, asked);
  if (listed.state === "unknown") return fail(listed.failure);
  return ok(listed.state === "present" && listed.value.length > 0);
}
