import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { digestOf, ok, replaceFolder, shortDigest } from "@slipway/signature";
import type { Outcome, Result } from "@slipway/signature";
import type { ImagesCause, ImagesFailure } from "./failure.ts";
import { bootstrapDebian } from "./host-commands.ts";
import { addLayer, writeLayout } from "./layout.ts";
import { imageLabels } from "./names.ts";

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
  const target = path.join(request.workspaceRoot, request.folder);
  const tarFile = `${target}.tar`;
  await mkdir(path.dirname(target), { recursive: true });
  try {
    const made = await bootstrapDebian({ ...request, tarFile, timeoutMs: quarterHourMs });
    if (!made.ok) return made;
    const receipt = await replaceFolder(target, async (folder) => {
      const layer = await addLayer(folder, tarFile);
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
      return writeLayout({ ...request, folder, below: undefined, inputs }, config, [layer]);
    });
    return ok({
      state: "done",
      cause: "rootfs-made",
      facts: { image: receipt.reference, id: shortDigest(receipt.imageId) },
    });
  } finally {
    await rm(tarFile, { force: true });
  }
}
