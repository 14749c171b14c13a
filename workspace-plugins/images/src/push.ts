import { readFile } from "node:fs/promises";
import path from "node:path";
import type { SigningKey } from "@slipway/attestation";
import { fileBody, mediaTypes, parseReference } from "@slipway/registry";
import type { Registry, Repository } from "@slipway/registry";
import { fail, ok, shortDigest } from "@slipway/signature/basics";
import type { Digest, Outcome, Result } from "@slipway/signature";
import type { ImagesCause, ImagesFailure } from "./failure.ts";
import { forbidden } from "./ingredients.ts";
import { blobFile, findBlob, isBlobWhole } from "./layout.ts";
import type { StoredImage } from "./load.ts";
import { attachRecords } from "./publish/attach-records.ts";
import { imagesBeside, indexOf } from "./publish/processors.ts";
import { readImageReceipt } from "./receipt.ts";

export type PushRequest = {
  readonly workspaceRoot: string;
  /** Relative to the workspace. */
  readonly layout: string;
  /** Where it goes: host, path and tag. */
  readonly reference: string;
  /** Where the images below it go: a registry may take their layers from there. */
  readonly below: readonly { readonly layout: string; readonly reference: string }[];
  /** The target that makes the layout, for people. */
  readonly target: string;
  /** Signs the provenance of the image. */
  readonly signingKey?: SigningKey | undefined;
};

/** Pushes the image of a layout, and what lies beside it. */
export async function pushLayout(
  registry: Registry,
  request: PushRequest,
): Promise<Result<Outcome<ImagesCause>, ImagesFailure>> {
  const { workspaceRoot, layout: folder, reference, target } = request;
  const receipt = await readImageReceipt(path.join(workspaceRoot, folder));
  if (receipt === undefined) return fail({ reason: "receipt-missing", folder, target });
  const image = { workspaceRoot, folder, receipt: { ...receipt, reference }, target };
  const pushed = await pushImage(registry, image, request.below);
  return pushed.ok ? attachRecords(registry, image, pushed.value, request.signingKey) : pushed;
}

/**
 * Makes the registry have the image of a layout, under the image's reference: alone, or in an index with those of other
 * processors that are under it. One question when it has, two in an index; else the blobs it lacks, then the manifest, whose digest the registry must repeat. None, and no byte, of what
 * may not be redistributed.
 */
export async function pushImage(
  registry: Registry,
  image: StoredImage,
  lower: PushRequest["below"] = [],
): Promise<Result<Outcome<ImagesCause>, ImagesFailure>> {
  const { receipt } = image;
  if (receipt.inputs["redistribution"] === forbidden) {
    return fail({ reason: "image-local-only", reference: receipt.reference });
  }
  const reference = parseReference(receipt.reference);
  if (!reference.ok) return reference;
  const facts = { image: receipt.reference, digest: shortDigest(receipt.manifestDigest) };
  const before = await registry.headManifest(reference.value);
  if (before.state === "unknown") return fail(before.failure);
  if (before.state === "present" && before.value.digest === receipt.manifestDigest) {
    return ok({ state: "unchanged", cause: "image-in-registry", facts });
  }
  const own = { digest: receipt.manifestDigest, platform: receipt.platform };
  const beside =
    before.state === "missing"
      ? ok({ isThere: false, others: [] })
      : await imagesBeside(registry, reference.value, own);
  if (!beside.ok) return beside;
  const { isThere, others } = beside.value;
  if (isThere) return ok({ state: "unchanged", cause: "image-in-registry", facts });
  const folder = path.join(image.workspaceRoot, image.folder);
  const folders = [...receipt.below.map((each) => path.join(image.workspaceRoot, each)), folder];
  const files = new Map<Digest, string>();
  for (const digest of [...receipt.diffIds, receipt.imageId, receipt.manifestDigest]) {
    const blob = await findBlob(digest, folders);
    if (blob === undefined || !(await isBlobWhole(blob.file, digest))) {
      return fail({ reason: "layout-damaged", digest, folder: image.folder, target: image.target });
    }
    if (digest !== receipt.manifestDigest) files.set(digest, blob.file);
  }
  for (const [digest, file] of files) {
    const content = await fileBody(file);
    const mountFrom = repositoryOf(file, image, lower);
    const uploaded = await registry.uploadBlob(reference.value, digest, content, mountFrom);
    if (!uploaded.ok) return uploaded;
  }
  const bytes = await readFile(blobFile(folder, receipt.manifestDigest));
  const { tag: _, ...nameless } = reference.value;
  const put = await registry.putManifest(others.length === 0 ? reference.value : nameless, {
    mediaType: mediaTypes.ociManifest,
    bytes: Buffer.from(bytes),
  });
  if (!put.ok) return put;
  const index = indexOf({ ...own, sizeBytes: bytes.byteLength }, others);
  const named = others.length === 0 ? put : await registry.putManifest(reference.value, index);
  return named.ok ? ok({ state: "done", cause: "image-missing-in-registry", facts }) : named;
}

/** Where in the registry a blob is, if the image in whose layout it lies is pushed too. */
function repositoryOf(
  file: string,
  { workspaceRoot }: StoredImage,
  lower: PushRequest["below"],
): Repository | undefined {
  const holder = lower.find(({ layout }) =>
    file.startsWith(`${path.join(workspaceRoot, layout, "blobs")}${path.sep}`),
  );
  const reference = holder === undefined ? undefined : parseReference(holder.reference);
  return reference?.ok === true ? reference.value.repository : undefined;
}
