import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { digestOf, ok, replaceFolder, shortDigest } from "@slipway/signature/basics";
import type { Outcome, Result } from "@slipway/signature";
import type { ImagesCause, ImagesFailure } from "./failure.ts";
import { bootstrapDebian } from "./host-commands.ts";
import { addLayer, writeLayout } from "./layout.ts";
import { imageLabels } from "./names.ts";
import type { ImageReceipt } from "./receipt.ts";

export type RootfsRequest = {
  readonly workspaceRoot: string;
  /** Its name, for the label of the image. */
  readonly workspace: string;
  /** Where the layout goes, relative to the workspace. */
  readonly folder: string;
  readonly reference: string;
  readonly suite: string;
  readonly packages: readonly string[];
  readonly architecture: "amd64" | "arm64";
  readonly logFile: string;
  readonly signal: AbortSignal;
};

const quarterHourMs = 15 * 60 * 1000;

/** A root file system of one layer, as an OCI layout and a receipt. */
export async function makeRootfs(
  request: RootfsRequest,
): Promise<Result<Outcome<ImagesCause>, ImagesFailure>> {
  const made = await replaceFolder(
    path.join(request.workspaceRoot, request.folder),
    async (folder) => fillLayout(request, folder),
  );
  if (!made.ok) return made;
  const { reference, imageId } = made.value;
  return ok({
    state: "done",
    cause: "rootfs-made",
    facts: { image: reference, id: shortDigest(imageId) },
  });
}

async function fillLayout(
  request: RootfsRequest,
  folder: string,
): Promise<Result<ImageReceipt, ImagesFailure>> {
  // All of it lies in the folder that goes if this is stopped.
  const scratch = path.join(folder, ".bootstrap");
  await mkdir(scratch);
  const tarFile = path.join(scratch, "rootfs.tar");
  const made = await bootstrapDebian({ ...request, tarFile, timeoutMs: quarterHourMs });
  if (!made.ok) return made;
  const added = await addLayer(folder, tarFile);
  if (!added.ok) return added;
  const layer = added.value;
  await rm(scratch, { recursive: true });
  const config = {
    architecture: request.architecture,
    os: "linux",
    config: {
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Cmd: ["bash"],
      Labels: { ...imageLabels(request.workspace, "rootfs") },
    },
    rootfs: { type: "layers" as const, diff_ids: [layer.digest] },
    history: [{ created_by: `mmdebstrap --variant=minbase ${request.suite}` }],
  };
  const inputs = { packages: digestOf(JSON.stringify([request.suite, request.packages])) };
  return ok(await writeLayout({ ...request, folder, below: undefined, inputs }, config, [layer]));
}
