import { mediaTypes } from "@slipway/registry";
import type { Descriptor } from "@slipway/registry";
import { canonicalJson, digestOf, fail, isDigest, ok, parseJson } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import { z } from "zod";
import { moduleLimits } from "./module-files.ts";
import { platforms } from "./manifest.ts";
import type { Platform } from "./manifest.ts";

/** A layer of a module: all its files but the programs of other machines. */
export type ModuleLayer = {
  readonly platform: Platform;
  readonly layer: Descriptor;
  /** Of the files in it. */
  readonly content: Digest;
};

/** How a module lies in a registry: its manifest as the config, and layers by platform. */
export type ModuleArtefact = {
  readonly config: Descriptor;
  readonly layers: readonly ModuleLayer[];
};

const artefactTypes = {
  artefact: "application/vnd.slipway.module.v1",
  config: "application/vnd.slipway.module.config.v1+json",
  layer: "application/vnd.slipway.module.layer.v1.tar",
} as const;

const platformKey = "dev.slipway.module.platform";
const contentKey = "dev.slipway.module.content";

const mostConfigBytes = 1024 * 1024;
/** Headers and padding of a tar for each file, at most. */
const mostLayerBytes = moduleLimits.bytes + moduleLimits.files * 4096;

const OfDigest = z.string().refine(isDigest, "a digest");

const Layer = z.looseObject({
  mediaType: z.literal(artefactTypes.layer),
  digest: OfDigest,
  size: z.int().min(0).max(mostLayerBytes),
  annotations: z.looseObject({ [platformKey]: z.enum(platforms), [contentKey]: OfDigest }),
});

const Manifest = z.looseObject({
  schemaVersion: z.literal(2),
  artifactType: z.literal(artefactTypes.artefact),
  config: z.looseObject({
    mediaType: z.literal(artefactTypes.config),
    digest: OfDigest,
    size: z.int().min(0).max(mostConfigBytes),
  }),
  layers: z
    .array(Layer)
    .min(1)
    .max(platforms.length)
    .refine(
      (layers) =>
        new Set(layers.map(({ annotations }) => annotations[platformKey])).size === layers.length,
      "one layer for each platform",
    ),
});

/** The failure is what is wrong with it. */
export function parseArtefact(bytes: Uint8Array): Result<ModuleArtefact, string> {
  const parsed = Manifest.safeParse(parseJson(Buffer.from(bytes).toString("utf8")));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return fail(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  const { config, layers } = parsed.data;
  return ok({
    config: { digest: config.digest, sizeBytes: config.size },
    layers: layers.map(({ digest, size, annotations }) => ({
      platform: annotations[platformKey],
      layer: { digest, sizeBytes: size },
      content: annotations[contentKey],
    })),
  });
}

/** Equal modules, equal bytes. */
export function writeArtefact({ config, layers }: ModuleArtefact): Buffer<ArrayBuffer> {
  return Buffer.from(
    canonicalJson({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      artifactType: artefactTypes.artefact,
      config: {
        mediaType: artefactTypes.config,
        digest: config.digest,
        size: config.sizeBytes,
      },
      layers: layers.map(({ platform, layer, content }) => ({
        mediaType: artefactTypes.layer,
        digest: layer.digest,
        size: layer.sizeBytes,
        annotations: { [platformKey]: platform, [contentKey]: content },
      })),
    }),
  );
}

export function describeBytes(bytes: Uint8Array): Descriptor {
  return { digest: digestOf(bytes), sizeBytes: bytes.byteLength };
}

/** Of the content of each platform. */
export function contentOf(
  layers: readonly ModuleLayer[],
): Readonly<Partial<Record<Platform, Digest>>> {
  const content: Partial<Record<Platform, Digest>> = {};
  for (const { platform, content: digest } of layers) content[platform] = digest;
  return content;
}
