import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { hasCode } from "@slipway/signature/read-text";

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

export async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

async function findTop(project: string): Promise<string | undefined> {
  for (let folder = project; ; folder = path.dirname(folder)) {
    if (await isThere(path.join(folder, ".git"))) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}

/**
 * Of a worktree and of a submodule `.git` is a file that says where its folder is. An agent can write that file, so a
 * folder counts that says itself, where the agent could not write, whose it is.
 */
async function storesOf(top: string): Promise<readonly string[]> {
  const file = path.join(top, ".git");
  if ((await stat(file)).isDirectory()) return [];
  const [, named] = /^gitdir: (.+?)\s*$/.exec(await readFile(file, "utf8")) ?? [];
  const own = named === undefined ? undefined : await realPathIfThere(path.resolve(top, named));
  if (own === undefined || isWithin(own, top)) return [];
  const common = await textIn(own, "commondir");
  if (common === undefined) return (await isSubmoduleOf(own, top)) ? [own] : [];
  const store = await realPathIfThere(path.resolve(own, common));
  if (store === undefined || isWithin(store, top)) return [];
  return path.dirname(own) === path.join(store, "worktrees") && (await isWorktreeOf(own, top))
    ? [store]
    : [];
}

/** `gitdir` names the worktree's `.git` (gitrepository-layout(5)). */
async function isWorktreeOf(own: string, top: string): Promise<boolean> {
  const back = await textIn(own, "gitdir");
  return back !== undefined && (await isSame(path.dirname(path.resolve(own, back)), top));
}

/** `core.worktree` of its settings leads back (gitsubmodules(7)). */
async function isSubmoduleOf(own: string, top: string): Promise<boolean> {
  const settings = (await textIn(own, "config")) ?? "";
  const [, back] = /^\s*worktree\s*=\s*"?(.+?)"?\s*$/m.exec(settings) ?? [];
  return back !== undefined && (await isSame(path.resolve(own, back), top));
}

async function textIn(folder: string, name: string): Promise<string | undefined> {
  try {
    return (await readFile(path.join(folder, name), "utf8")).trim();
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR", "EISDIR"])) return undefined;
    throw error;
  }
}

async function isSame(a: string, b: string): Promise<boolean> {
  const [first, second] = [await realPathIfThere(a), await realPathIfThere(b)];
  return first !== undefined && first === second;
}

async function realPathIfThere(file: string): Promise<string | undefined> {
  return (await isThere(file)) ? realpath(file) : undefined;
}

function isWithin(inner: string, folder: string): boolean {
  return inner === folder || inner.startsWith(`${folder}/`);
}
