import { chmod, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { hasCode } from "./file-error.ts";

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
    await removeReadOnly(partial);
  }
}

/** A tree may hold folders without the right to write, which only root could remove as they are. */
async function removeReadOnly(folder: string): Promise<void> {
  await makeFoldersWritable(folder);
  await rm(folder, { recursive: true, force: true });
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
  await removeReadOnly(aside);
}

async function makeFoldersWritable(folder: string): Promise<void> {
  try {
    await chmod(folder, 0o755);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) await makeFoldersWritable(path.join(folder, entry.name));
    }
  } catch (error) {
    if (!hasCode(error, ["ENOENT", "ENOTDIR"])) throw error;
  }
}
