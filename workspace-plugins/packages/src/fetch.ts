import { mkdir } from "node:fs/promises";
import { formatReference } from "@slipway/registry";
import type { Descriptor, Reference, Registry, RegistryFailure } from "@slipway/registry";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ManifestProblem, PackagesFailure } from "./failure.ts";
import { readImageManifest } from "./image-manifest.ts";
import { layerLimits } from "./layer-limits.ts";
import { extractLayer } from "./layer.ts";
import type { PackagePath } from "./package-path.ts";
import { removeTree } from "./remove-tree.ts";

/**
 * The files that a reference names, in the order of their tar. `unusable`: what is there is no package. `unknown`: the
 * registry gave no answer, or bytes with another digest.
 */
export type Fetched =
  | { readonly state: "present"; readonly files: readonly PackagePath[] }
  | { readonly state: "missing" }
  | { readonly state: "unusable"; readonly failure: PackagesFailure }
  | { readonly state: "unknown"; readonly failure: RegistryFailure };

/** Of an index: each costs a request. */
const mostManifests = 8;

/** Streams a package into a folder, which is emptied before; a layer of any size takes little memory. */
export async function fetchPackage(
  registry: Registry,
  reference: Reference,
  folder: string,
): Promise<Fetched> {
  const found = await findLayer(registry, reference);
  if (found.state !== "present") return found;
  if (found.layer.sizeBytes > layerLimits.compressedBytes) {
    return unusable(reference, "layer-too-large");
  }
  const blob = await registry.readBlob(reference, found.layer, async (chunks) => {
    await removeTree(folder);
    await mkdir(folder, { recursive: true });
    return extractLayer(chunks, folder);
  });
  if (blob.state === "missing") return unusable(reference, "layer-missing");
  if (blob.state === "unknown") return blob;
  if (blob.value.ok) return { state: "present", files: blob.value.value };
  const named = formatReference(reference);
  const failure = { reason: "layer-refused", reference: named, ...blob.value.failure } as const;
  return { state: "unusable", failure };
}

/** Turns an answer that is not a package into a failure. */
export function filesOf(
  fetched: Fetched,
  absent: PackagesFailure,
): Result<readonly PackagePath[], PackagesFailure | RegistryFailure> {
  if (fetched.state === "present") return ok(fetched.files);
  return fail(fetched.state === "missing" ? absent : fetched.failure);
}

type FoundLayer =
  | { readonly state: "present"; readonly layer: Descriptor }
  | Exclude<Fetched, { readonly state: "present" }>;

/** The layer that holds the package; of an index, the layer of the first image that has a tar. */
export async function findLayer(registry: Registry, reference: Reference): Promise<FoundLayer> {
  const answer = await registry.getManifest(reference);
  if (answer.state !== "present") return answer;
  const manifest = readImageManifest(answer.value.bytes);
  if (!manifest.ok) return unusable(reference, manifest.failure);
  if (manifest.value.kind === "image") return { state: "present", layer: manifest.value.layer };
  const { registry: host, repository } = reference;
  for (const digest of manifest.value.manifests.slice(0, mostManifests)) {
    const inner = await registry.getManifest({ registry: host, repository, digest });
    if (inner.state === "unknown") return inner;
    const image = inner.state === "present" ? readImageManifest(inner.value.bytes) : undefined;
    if (image?.ok === true && image.value.kind === "image" && image.value.isTar) {
      return { state: "present", layer: image.value.layer };
    }
  }
  return unusable(reference, "no-package-in-index");
}

export function unusable(
  reference: Reference,
  problem: ManifestProblem,
): { readonly state: "unusable"; readonly failure: PackagesFailure } {
  const named = formatReference(reference);
  return { state: "unusable", failure: { reason: "manifest-refused", reference: named, problem } };
}
