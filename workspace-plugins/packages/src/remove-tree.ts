import { lstatSync } from "node:fs";
import { chmod, lstat, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { hasCode } from "@slipway/signature/read-text";

/** A tree may hold folders without the right to write, which only root could remove as they are. No link is followed. */
export async function removeTree(folder: string): Promise<void> {
  // Most of what is removed before it is made is not there, and to be told so by an error takes longer.
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return;
  await makeFoldersWritable(folder);
  await rm(folder, { recursive: true, force: true });
}

async function makeFoldersWritable(folder: string): Promise<void> {
  try {
    if (!(await lstat(folder)).isDirectory()) return;
    await chmod(folder, 0o755);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) await makeFoldersWritable(path.join(folder, entry.name));
    }
  } catch (error) {
    if (!hasCode(error, ["ENOENT", "ENOTDIR"])) throw error;
  }
}
