import { rm } from "node:fs/promises";
import path from "node:path";
import { hexOf, parseDigest, writeFileAtomically } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";
import { namesIn } from "@slipway/signature/names-in";

/**
 * Which images of the engine came from here: an empty file for each, named by the hex digits of the image id. Labels cannot tell,
 * since the same image has them in each clone and with each user of an engine.
 */
function folderIn(root: string): string {
  return path.join(root, ".slipway", "own-images");
}

/** `root` holds the layouts: a workspace, or a folder of the user's. */
export async function noteOwnImage(root: string, id: Digest): Promise<void> {
  await writeFileAtomically(path.join(folderIn(root), hexOf(id)), "", { isDurable: false });
}

export async function ownImages(root: string): Promise<readonly Digest[]> {
  const names = await namesIn(folderIn(root));
  return names.flatMap((name) => parseDigest(`sha256:${name}`) ?? []);
}

/** Of images that the engine does not have any more. */
export async function forgetOwnImages(root: string, ids: readonly Digest[]): Promise<void> {
  for (const id of ids) await rm(path.join(folderIn(root), hexOf(id)), { force: true });
}
