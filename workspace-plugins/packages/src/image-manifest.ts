import { mediaTypes } from "@slipway/registry";
import type { Descriptor } from "@slipway/registry";
import { digestOf, fail, isDigest, ok, parseJson } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { ManifestProblem } from "./failure.ts";
import { fieldIn, isOptionalText } from "./json-file.ts";

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
  const value = parseJson(bytes.toString("utf8"));
  const layer = descriptorsIn(fieldIn(value, "layers"))?.[0];
  const listed = descriptorsIn(fieldIn(value, "manifests"));
  // Each reader would take another one for what the digest names.
  if (layer !== undefined && listed !== undefined) return fail("not-an-image-manifest");
  if (layer?.sizeBytes !== undefined) {
    const { digest, sizeBytes, mediaType = "tar" } = layer;
    return ok({ kind: "image", layer: { digest, sizeBytes }, isTar: /\btar\b/.test(mediaType) });
  }
  const manifests = (listed ?? [])
    .filter(({ mediaType }) => mediaType === undefined || imageTypes.includes(mediaType))
    .map((each) => each.digest);
  return manifests.length > 0 ? ok({ kind: "index", manifests }) : fail("not-an-image-manifest");
}

type Listed = {
  readonly digest: Digest;
  readonly sizeBytes: number | undefined;
  readonly mediaType: string | undefined;
};

/**
 * `undefined` where there is none, or one is no descriptor: what is half right is nobody's manifest. Read by hand, since
 * the library of schemas takes 15 MB, and a pull needs no other.
 */
function descriptorsIn(list: unknown): readonly Listed[] | undefined {
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const listed = list.map(descriptorIn);
  return listed.every((each) => each !== undefined) ? listed : undefined;
}

function descriptorIn(value: unknown): Listed | undefined {
  const digest = fieldIn(value, "digest");
  const mediaType = fieldIn(value, "mediaType");
  const size = fieldIn(value, "size");
  if (typeof digest !== "string" || !isDigest(digest) || !isOptionalText(mediaType))
    return undefined;
  if (size !== undefined && !isSize(size)) return undefined;
  return { digest, mediaType, sizeBytes: size };
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
