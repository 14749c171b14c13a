import { mediaTypes } from "@slipway/registry";
import type { Descriptor } from "@slipway/registry";
import { digestOf, fail, isDigest, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
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

const schema = z.object({
  layers: z
    .array(z.object({ digest: z.string().refine(isDigest), size: z.int().nonnegative() }))
    .min(1),
});

/** The layer that holds the package: the first one. */
export function readImageManifest(bytes: Buffer): Result<Descriptor, ManifestProblem> {
  const parsed = schema.safeParse(jsonIn(bytes.toString("utf8")));
  const layer = parsed.data?.layers[0];
  if (layer === undefined) return fail("not-an-image-manifest");
  return ok({ digest: layer.digest, sizeBytes: layer.size });
}
