import { chmod, mkdir, mkdtemp, rename } from "node:fs/promises";
import path from "node:path";
import { hasCode } from "@slipway/signature/read-text";
import { removeTree } from "./remove-tree.ts";

export type Placement = {
  readonly folder: string;
  readonly fill: (partial: string) => Promise<void>;
  /** Asked of a folder that another run has put there meanwhile. */
  readonly isRight: () => Promise<boolean>;
};

/**
 * Puts a whole folder in its place. Any number of runs may do so at once: each fills its own beside it, one rename
 * wins, the others find a right one and drop theirs; a wrong one is moved away first.
 */
export async function placeFolder({ folder, fill, isRight }: Placement): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    await chmod(partial, 0o755);
    await fill(partial);
    while (!(await renamed(partial, folder))) {
      if (await isRight()) return;
      await removeFolder(folder);
    }
  } finally {
    await removeTree(partial);
  }
}

async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, ["ENOTEMPTY", "EEXIST", "ENOTDIR"])) return false;
    throw error;
  }
}

/** Whole for who reads it, until it is gone whole; folders that forbid writing go too. A link goes, not what it names. */
export async function removeFolder(folder: string): Promise<void> {
  const aside = await mkdtemp(`${folder}.damaged-`);
  try {
    await rename(folder, path.join(aside, "was"));
  } catch (error) {
    if (!hasCode(error, ["ENOENT"])) throw error;
  }
  await removeTree(aside);
}
