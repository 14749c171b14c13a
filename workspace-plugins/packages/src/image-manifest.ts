import { mediaTypes } from "@slipway/registry";
import type { Descriptor } from "@slipway/registry";
import { digestOf, fail, isDigest, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import type { ManifestProblem } from "./failure.ts";
import { jsonIn } from "./json-file.ts";

/** The config of every package. */
export const emptyConfig = Buffer.from("{}");

export const manifestMediaType = mediaTypes.dockerManifest;

/** Docker schema 2, compact and with sorted keys: the only form that aigg asks a registry for. */
export function writeImageManifest(layer: Descriptor): Buffer<ArrayBuffer> {
  const manifest = {
    config: {
      digest: digestOf(emptyConfig),
      mediaType: "application/vnd.docker.container.image.v1+json",
      size: emptyConfig.byteLength,
    },
    layers: [
      {
        digest: layer.digest,
        mediaType: "application/vnd.docker.image.rootfs.diff.tar",
        size: layer.sizeBytes,
      },
    ],
    mediaType: manifestMediaType,
    schemaVersion: 2,
  };
  return Buffer.from(JSON.stringify(manifest));
}

const digest = z.string().refine(isDigest);
const image = z.object({
  layers: z
    .array(z.object({ digest, size: z.int().nonnegative(), mediaType: z.string().optional() }))
    .min(1),
});
const index = z.object({
  manifests: z.array(z.object({ digest, mediaType: z.string().optional() })).min(1),
});

export type ImageManifest =
  | {
      readonly kind: "image";
      /** The first one: no reader of packages looks at another. */
      readonly layer: Descriptor;
      /** Whether it says that it holds a file system; one of an attestation does not. */
      readonly isTar: boolean;
    }
  /** An index of images, one a platform; in its order, without what is no image. */
  | { readonly kind: "index"; readonly manifests: readonly Digest[] };

const imageTypes: readonly string[] = [mediaTypes.dockerManifest, mediaTypes.ociManifest];

/** Docker schema 2, an OCI image manifest, or a list of such, told apart by what they hold. */
export function readImageManifest(bytes: Buffer): Result<ImageManifest, ManifestProblem> {
  const value = jsonIn(bytes.toString("utf8"));
  const layer = image.safeParse(value).data?.layers[0];
  // Each reader would take another one for what the digest names.
  if (layer !== undefined && index.safeParse(value).success) return fail("not-an-image-manifest");
  if (layer !== undefined) {
    const isTar = /\btar\b/.test(layer.mediaType ?? "tar");
    return ok({
      kind: "image",
      layer: { digest: layer.digest, sizeBytes: layer.size },
      isTar,
    });
  }
  const listed = index.safeParse(value).data?.manifests ?? [];
  const manifests = listed
    .filter(({ mediaType }) => mediaType === undefined || imageTypes.includes(mediaType))
    .map((each) => each.digest);
  return manifests.length > 0 ? ok({ kind: "index", manifests }) : fail("not-an-image-manifest");
}
