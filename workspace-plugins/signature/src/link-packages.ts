import { existsSync } from "node:fs";
import { lstat, mkdir, readdir, readlink, symlink } from "node:fs/promises";
import path from "node:path";

const folderName = "node_modules";

/**
 * Gives another checkout of a workspace the packages that are installed in this one, without a copy. The workspace's own
 * packages are those of the other checkout: npm links them by relative paths, which are kept as they are.
 */
export async function linkPackages(from: string, to: string): Promise<void> {
  const folders = ["", ...(await packageFolders(from))];
  for (const folder of folders) {
    const installed = path.join(from, folder, folderName);
    if (!existsSync(installed) || !existsSync(path.join(to, folder))) continue;
    await linkAll(installed, path.join(to, folder, folderName));
  }
}

async function linkAll(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    const entry = path.join(from, name);
    const stat = await lstat(entry);
    if (stat.isSymbolicLink()) await symlink(await readlink(entry), path.join(to, name));
    // A scope may hold links to packages of the workspace.
    else if (name.startsWith("@")) await linkAll(entry, path.join(to, name));
    else await symlink(entry, path.join(to, name));
  }
}

/** Folders of the workspace's own packages: npm links to them in `node_modules`. */
async function packageFolders(root: string): Promise<readonly string[]> {
  const top = path.join(root, folderName);
  const names = await readdir(top).catch((): string[] => []);
  const scoped = await Promise.all(
    names.map(async (name) =>
      name.startsWith("@")
        ? (await readdir(path.join(top, name))).map((each) => path.join(name, each))
        : [name],
    ),
  );
  const found: string[] = [];
  for (const name of scoped.flat()) {
    const entry = path.join(top, name);
    if (!(await lstat(entry)).isSymbolicLink()) continue;
    const folder = path.relative(root, path.resolve(path.dirname(entry), await readlink(entry)));
    if (!folder.startsWith("..") && !folder.startsWith(folderName)) found.push(folder);
  }
  return found;
}
