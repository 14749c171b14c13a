import { mkdir, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { namesIn } from "@slipway/signature/names-in";
import { isRunning } from "@slipway/signature/process-group";

/** Two images with all their files take much room, so that what a killed process left does not stay. */
function placeIn(root: string): string {
  return path.join(root, ".slipway", "reproduce");
}

/** Named by the process whose it is. */
export async function newReproduceFolder(root: string): Promise<string> {
  await mkdir(placeIn(root), { recursive: true });
  return mkdtemp(path.join(placeIn(root), `${process.pid}-`));
}

/** Folders of processes that are gone, absolute. */
export async function abandonedReproduced(root: string): Promise<readonly string[]> {
  const names = await namesIn(placeIn(root));
  return names
    .filter((name) => /^\d+-/.test(name) && !isRunning(Number.parseInt(name, 10)))
    .map((name) => path.join(placeIn(root), name));
}

export async function sweepReproduced(root: string): Promise<void> {
  for (const folder of await abandonedReproduced(root)) {
    await rm(folder, { recursive: true, force: true });
  }
}
