import path from "node:path";
import { namesIn } from "@slipway/signature/names-in";
import { removeTree } from "./remove-tree.ts";

/** What a folder and a file are called while they are made, until one rename gives them their name. */
const unfinished =
  /\.(?:partial|damaged|next)-\w+$|^(?:register\.m?js|package\.json|\.pth-location)\.\d+$/;

/** What a killed install, or one that goes on, has begun in a project. */
export async function unfinishedLinks(aigogoFolder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of [aigogoFolder, path.join(aigogoFolder, "links")]) {
    for (const name of await namesIn(folder)) {
      if (unfinished.test(name)) found.push(path.join(folder, name));
    }
  }
  return found;
}

/** For who holds the lock of the project: then nothing that is found lives. */
export async function sweepLinks(aigogoFolder: string): Promise<void> {
  for (const each of await unfinishedLinks(aigogoFolder)) await removeTree(each);
}
