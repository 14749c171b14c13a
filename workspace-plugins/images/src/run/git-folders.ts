import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { readTextIfPresent } from "@slipway/signature";

/**
 * Where git keeps what belongs to a project and does not lie in it: the folder above, where the project is a part of a
 * repository; the repository's own folder, where the project is one of its worktrees (gitrepository-layout(5)).
 */
export async function gitFoldersOutside(project: string): Promise<readonly string[]> {
  const top = await findTop(project);
  if (top === undefined) return [];
  const stores = await storesOf(top);
  const folders = top === project ? stores : [top, ...stores];
  return folders.filter((folder) => path.relative(project, folder).startsWith(".."));
}

async function findTop(project: string): Promise<string | undefined> {
  for (let folder = project; ; folder = path.dirname(folder)) {
    if (await isThere(path.join(folder, ".git"))) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** Of a worktree and of a submodule `.git` is a file that says where its folder is. */
async function storesOf(top: string): Promise<readonly string[]> {
  const file = path.join(top, ".git");
  if ((await stat(file)).isDirectory()) return [];
  const [, named] = /^gitdir: (.+?)\s*$/.exec(await readFile(file, "utf8")) ?? [];
  if (named === undefined) return [];
  const own = path.resolve(top, named);
  const common = (await readTextIfPresent(path.join(own, "commondir")))?.trim();
  const store = common === undefined ? own : path.resolve(own, common);
  return (await isThere(store)) ? [await realpath(store)] : [];
}

async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
