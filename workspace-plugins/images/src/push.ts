import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileBody, mediaTypes, parseReference } from "@slipway/registry";
import type { Registry } from "@slipway/registry";
import { fail, ok, shortDigest } from "@slipway/signature";
import type { Outcome, Result } from "@slipway/signature";
import type { ImagesCause, ImagesFailure } from "./failure.ts";
import { blobFile, findBlob, isBlobWhole } from "./layout.ts";
import type { StoredImage } from "./load.ts";

/**
 * Makes the registry have the image of a layout that lies on no other, under the image's reference. One question when
 * it has; else the blobs it lacks, then the manifest, whose digest the registry must repeat.
 */
export async function pushImage(
  registry: Registry,
  image: StoredImage,
): Promise<Result<Outcome<ImagesCause>, ImagesFailure>> {
  const { receipt } = image;
  const reference = parseReference(receipt.reference);
  if (!reference.ok) return reference;
  const facts = { image: receipt.reference, digest: shortDigest(receipt.manifestDigest) };
  const before = await registry.headManifest(reference.value);
  if (before.state === "unknown") return fail(before.failure);
  if (before.state === "present" && before.value.digest === receipt.manifestDigest) {
    return ok({ state: "unchanged", cause: "image-in-registry", facts });
  }
  const folder = path.join(image.workspaceRoot, image.folder);
  const blobs = [...receipt.diffIds, receipt.imageId];
  for (const digest of [...blobs, receipt.manifestDigest]) {
    const blob = await findBlob(digest, [folder]);
    if (blob === undefined || !(await isBlobWhole(blob.file, digest))) {
      return fail({ reason: "layout-damaged", digest, folder: image.folder, target: image.target });
    }
  }
  for (const digest of blobs) {
    const file = blobFile(folder, digest);
    const uploaded = await registry.uploadBlob(reference.value, digest, await fileBody(file));
    if (!uploaded.ok) return uploaded;
  }
  const bytes = await readFile(blobFile(folder, receipt.manifestDigest));
  const put = await registry.putManifest(reference.value, {
    mediaType: mediaTypes.ociManifest,
    bytes: Buffer.from(bytes),
  });
  return put.ok ? ok({ state: "done", cause: "image-missing-in-registry", facts }) : put;
}
