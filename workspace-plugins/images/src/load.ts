import type { Readable } from "node:stream";
import path from "node:path";
import { fail, hexOf, ok, shortDigest } from "@slipway/signature/basics";
import type { Digest, Outcome, Result } from "@slipway/signature";
import { packMembers } from "./archive.ts";
import type { Member } from "./archive.ts";
import type { EngineFailure } from "./engine-failure.ts";
import type { EngineImage } from "./engine-port.ts";
import type { ImagesCause, ImagesFailure } from "./failure.ts";
import { findBlob, isBlobWhole } from "./layout.ts";
import { noteOwnImage } from "./own-images.ts";
import type { ImageReceipt } from "./receipt.ts";

export type LoadPorts = {
  /** What the engine has: one question for all images of a command. */
  readonly images: () => Promise<
    Result<readonly Pick<EngineImage, "id" | "tags">[], EngineFailure>
  >;
  readonly load: (archive: Readable) => Promise<Result<unknown, EngineFailure>>;
  readonly tag: (id: Digest, reference: string) => Promise<Result<unknown, EngineFailure>>;
};

export type StoredImage = {
  readonly workspaceRoot: string;
  /** The layout's folder, relative to the workspace. */
  readonly folder: string;
  readonly receipt: ImageReceipt;
  /** The target that makes the layout, for people. */
  readonly target: string;
};

/** Makes the engine have the image of a layout under its name. Costs nothing but `images` when it has. */
export async function loadImage(
  ports: LoadPorts,
  image: StoredImage,
): Promise<Result<Outcome<ImagesCause>, ImagesFailure>> {
  const { receipt } = image;
  const facts = { image: receipt.reference, id: shortDigest(receipt.imageId) };
  const present = await ports.images();
  if (!present.ok) return present;
  const found = present.value.find(({ id }) => id === receipt.imageId);
  if (found !== undefined && found.tags.includes(receipt.reference)) {
    return ok({ state: "unchanged", cause: "image-in-engine", facts });
  }
  if (found !== undefined) {
    const tagged = await ports.tag(receipt.imageId, receipt.reference);
    if (!tagged.ok) return tagged;
    await noteOwnImage(image.workspaceRoot, receipt.imageId);
    return ok({ state: "done", cause: "image-untagged-in-engine", facts });
  }
  const members = await archiveMembers(image);
  if (!members.ok) return members;
  const loaded = await ports.load(packMembers(members.value));
  if (!loaded.ok) return loaded;
  await noteOwnImage(image.workspaceRoot, receipt.imageId);
  return ok({ state: "done", cause: "image-missing-in-engine", facts });
}

/**
 * The archive that an engine of any age loads: a `manifest.json` beside config and layers. Each blob is re-hashed
 * first, since a restored cache entry is not.
 */
async function archiveMembers(
  image: StoredImage,
): Promise<Result<readonly Member[], ImagesFailure>> {
  const { receipt, workspaceRoot } = image;
  const folders = [...receipt.below, image.folder].map((folder) =>
    path.join(workspaceRoot, folder),
  );
  const members: Member[] = [];
  for (const digest of [receipt.imageId, ...receipt.diffIds]) {
    const blob = await findBlob(digest, folders);
    if (blob === undefined || !(await isBlobWhole(blob.file, digest))) {
      return fail({ reason: "layout-damaged", digest, folder: image.folder, target: image.target });
    }
    members.push({ name: memberName(digest), file: blob.file, sizeBytes: blob.sizeBytes });
  }
  const manifest = [
    {
      Config: memberName(receipt.imageId),
      RepoTags: [receipt.reference],
      Layers: receipt.diffIds.map(memberName),
    },
  ];
  return ok([...members, { name: "manifest.json", bytes: Buffer.from(JSON.stringify(manifest)) }]);
}

function memberName(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}
