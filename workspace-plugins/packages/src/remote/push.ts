import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { SigningKey } from "@slipway/attestation";
import { fileBody, formatReference, parseShortReference } from "@slipway/registry";
import type { Reference, Registry, RegistryFailure, Repository } from "@slipway/registry";
import { digestOf, fail, ok, readTextIfPresent, shortDigest } from "@slipway/signature/basics";
import type { Digest, Outcome, Result } from "@slipway/signature";
import { findBuild } from "../cache/build.ts";
import { parseCacheReference } from "../cache/cache.ts";
import type { Cache } from "../cache/cache.ts";
import { findImage, writeImage } from "../cache/image.ts";
import { manifestName } from "../content.ts";
import { discoverSources } from "../discovery.ts";
import type { PackagesCause, PackagesFailure } from "../failure.ts";
import { fileChunks } from "../file-chunks.ts";
import { writeImageManifest } from "../image-manifest.ts";
import { extractLayer, writeLayerFile } from "../layer.ts";
import type { LayerSource, WrittenLayer } from "../layer.ts";
import { parsePackageManifest } from "../manifest.ts";
import { unpackedScript } from "../unpacked-script.ts";
import { sendPackage } from "../send-package.ts";
import { removeTree } from "../remove-tree.ts";

export type PushReferenceOptions = {
  /** As typed; the tag is `latest` where it has none. */
  readonly reference: string;
  /** A local build or what was pulled, by its reference, or the folder of a project, absolute. */
  readonly from: { readonly build: string } | { readonly project: string };
  /** Whether a tag may be moved from other content. */
  readonly mayMove: boolean;
  readonly cache: Cache;
  readonly registry: Registry;
  readonly progress: (line: string) => void;
  readonly now: Date;
  readonly signal: AbortSignal;
  /** Whose statement of it is put beside it. */
  readonly signingKey?: SigningKey | undefined;
};

export type PushedPackage = Outcome<PackagesCause> & {
  readonly manifestDigest: Digest;
  readonly integrity: Digest;
};

type Failure = PackagesFailure | RegistryFailure;

/**
 * Packs and pushes, and keeps the layer in the cache as aigg does. A layer of any size takes little memory. Where the
 * tag has this package, one HEAD is all; where it has another, nothing is sent unless it may move.
 */
export async function pushReference(
  options: PushReferenceOptions,
): Promise<Result<PushedPackage, Failure>> {
  const reference = parseShortReference(options.reference);
  if (!reference.ok) return reference;
  if (reference.value.digest !== undefined) {
    return fail({ reason: "digest-not-expected", reference: options.reference });
  }
  const cached = parseCacheReference(options.reference);
  if (!cached.ok) return cached;
  let pushed: Result<PushedPackage, Failure> | undefined;
  const image = await writeImage<Failure>(
    options.cache,
    cached.value,
    async (layerFile) => {
      pushed = await packAndSend(options, reference.value, layerFile);
      return pushed;
    },
    options.now,
  );
  if (!image.ok) return image;
  if (pushed === undefined) throw new Error("internal: nothing was packed");
  return pushed;
}

async function packAndSend(
  options: PushReferenceOptions,
  reference: Reference,
  layerFile: string,
): Promise<Result<PushedPackage, Failure>> {
  const scratch = path.join(path.dirname(layerFile), "files");
  const sources = await sourcesOf(options, scratch);
  if (!sources.ok) return sources;
  const written = await writeLayerFile(sources.value, layerFile, options.signal);
  await removeTree(scratch);
  if (!written.ok) return written;
  const pushed = await send(options, reference, written.value, layerFile);
  const { signingKey: key, registry } = options;
  if (!pushed.ok || key === undefined) return pushed;
  // Loaded here: most pushes are not signed.
  const { signed } = await import("../trust/sign-package.ts");
  return signed(registry, reference, pushed.value, { integrity: written.value.integrity, key });
}

async function send(
  { registry, mayMove, progress, from }: PushReferenceOptions,
  reference: Reference,
  { layer, integrity }: WrittenLayer,
  layerFile: string,
): Promise<Result<PushedPackage, Failure>> {
  const manifest = writeImageManifest(layer);
  const manifestDigest = digestOf(manifest);
  const shown = formatReference(reference);
  const facts = { reference: shown, digest: manifestDigest, integrity: shortDigest(integrity) };
  const there = await registry.headManifest(reference);
  if (there.state === "unknown") return fail(there.failure);
  if (there.state === "present" && there.value.digest === manifestDigest) {
    const agrees = { state: "unchanged", cause: "registry-agrees", facts } as const;
    return ok({ ...agrees, manifestDigest, integrity });
  }
  if (there.state === "present" && !mayMove) {
    const found = there.value.digest;
    return fail({ reason: "tag-taken", reference: shown, expected: manifestDigest, found });
  }
  progress(`Pushing ${shown} (${layer.sizeBytes} bytes)`);
  const sent = await sendPackage(registry, reference, {
    integrity,
    manifest,
    layer: { digest: layer.digest, body: await fileBody(layerFile) },
    mountFrom: mountableFrom(from, reference),
  });
  if (!sent.ok) return sent;
  const cause = there.state === "missing" ? "version-new" : "version-moved";
  return ok({ state: "done", cause, facts, manifestDigest, integrity });
}

/** What is pushed from one repository of a registry to another is there already. */
function mountableFrom(from: PushReferenceOptions["from"], to: Reference): Repository | undefined {
  const source = "build" in from ? parseShortReference(from.build) : undefined;
  if (source?.ok !== true || source.value.registry !== to.registry) return undefined;
  return source.value.repository === to.repository ? undefined : source.value.repository;
}

async function sourcesOf(
  { from, cache }: PushReferenceOptions,
  scratch: string,
): Promise<Result<readonly LayerSource[], Failure>> {
  return "build" in from ? cachedSources(cache, from.build, scratch) : projectSources(from.project);
}

async function projectSources(folder: string): Promise<Result<readonly LayerSource[], Failure>> {
  const file = path.join(folder, manifestName);
  const text = await readTextIfPresent(file);
  if (text === undefined) return fail({ reason: "package-file-missing", file });
  const manifest = parsePackageManifest(file, text);
  if (!manifest.ok) return manifest;
  const sources = await discoverSources(folder, manifest.value);
  if (!sources.ok) return sources;
  const lost = unpackedScript(file, manifest.value, sources.value);
  return lost === undefined ? sources : fail(lost);
}

/** A build, else what was pulled under that name. */
async function cachedSources(
  cache: Cache,
  name: string,
  scratch: string,
): Promise<Result<readonly LayerSource[], Failure>> {
  const reference = parseCacheReference(name);
  if (!reference.ok) return reference;
  const build = await findBuild(cache, reference.value);
  if (!build.ok) return build;
  if (build.value !== undefined) {
    const { folder, files } = build.value;
    return ok(files.map((each) => ({ path: each.path, file: path.join(folder, each.path) })));
  }
  const image = await findImage(cache, reference.value);
  if (!image.ok) return image;
  if (image.value === undefined) return fail({ reason: "build-missing", reference: name });
  await mkdir(scratch);
  const extracted = await extractLayer(fileChunks(image.value.layerFile), scratch);
  if (!extracted.ok)
    return fail({ reason: "layer-refused", reference: name, ...extracted.failure });
  if (!extracted.value.some((each) => each === manifestName)) {
    const problem = "package-manifest-invalid";
    return fail({ reason: "manifest-refused", reference: name, problem });
  }
  return ok(extracted.value.map((each) => ({ path: each, file: path.join(scratch, each) })));
}
