import { buffer } from "node:stream/consumers";
import { formatReference } from "@slipway/registry";
import type { Reference, Registry, RegistryFailure } from "@slipway/registry";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { PackageFile } from "./content.ts";
import type { ManifestProblem, PackagesFailure } from "./failure.ts";
import { readImageManifest } from "./image-manifest.ts";
import { readLayer } from "./layer.ts";

/**
 * The files that a reference names. `unusable`: what is there is no package. `unknown`: the registry gave no answer, or
 * bytes with another digest.
 */
export type Fetched =
  | { readonly state: "present"; readonly files: readonly PackageFile[] }
  | { readonly state: "missing" }
  | { readonly state: "unusable"; readonly failure: PackagesFailure }
  | { readonly state: "unknown"; readonly failure: RegistryFailure };

/** Source code: what is larger is something else, or an attack. A layer is read into memory. */
const mostLayerBytes = 64 * 1024 * 1024;

export async function fetchFiles(registry: Registry, reference: Reference): Promise<Fetched> {
  const manifest = await registry.getManifest(reference);
  if (manifest.state !== "present") return manifest;
  const layer = readImageManifest(manifest.value.bytes);
  if (!layer.ok) return unusable(reference, layer.failure);
  if (layer.value.sizeBytes > mostLayerBytes) return unusable(reference, "layer-too-large");
  const blob = await registry.readBlob(reference, layer.value, async (chunks) => buffer(chunks));
  if (blob.state === "missing") return unusable(reference, "layer-missing");
  if (blob.state === "unknown") return blob;
  const files = await readLayer(blob.value);
  if (files.ok) return { state: "present", files: files.value };
  const named = formatReference(reference);
  return {
    state: "unusable",
    failure: { reason: "layer-refused", reference: named, ...files.failure },
  };
}

/** Turns an answer that is not a package into a failure. */
export function filesOf(
  fetched: Fetched,
  absent: PackagesFailure,
): Result<readonly PackageFile[], PackagesFailure | RegistryFailure> {
  if (fetched.state === "present") return ok(fetched.files);
  return fail(fetched.state === "missing" ? absent : fetched.failure);
}

function unusable(reference: Reference, problem: ManifestProblem): Fetched {
  const named = formatReference(reference);
  return { state: "unusable", failure: { reason: "manifest-refused", reference: named, problem } };
}
