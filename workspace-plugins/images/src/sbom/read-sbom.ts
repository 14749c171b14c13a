import path from "node:path";
import { fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { ImagesFailure } from "../failure.ts";
import type { LayoutSource } from "../image-needs.ts";
import { findBlob } from "../layout.ts";
import { readImageReceipt } from "../receipt.ts";
import type { StoredLayer } from "./image-files.ts";
import { imageSbom, sbomName } from "./image-sbom.ts";

/** The bill of materials of an image that is built: as its build wrote it or, where that was before there were any, now. */
export async function readSbom(
  workspaceRoot: string,
  { layout, target }: Omit<LayoutSource, "reference">,
): Promise<Result<string, ImagesFailure>> {
  const receipt = await readImageReceipt(path.join(workspaceRoot, layout));
  if (receipt === undefined) return fail({ reason: "receipt-missing", folder: layout, target });
  const written = await readTextIfPresent(path.join(workspaceRoot, layout, sbomName));
  if (written !== undefined) return ok(written);
  const folders = [...receipt.below, layout].map((folder) => path.join(workspaceRoot, folder));
  const layers: StoredLayer[] = [];
  for (const digest of receipt.diffIds) {
    const blob = await findBlob(digest, folders);
    if (blob === undefined)
      return fail({ reason: "layout-damaged", digest, folder: layout, target });
    layers.push({ digest, file: blob.file });
  }
  return ok(await imageSbom({ ...receipt, layers }));
}
