import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";

/** Folders of a workspace that hold its own packages, each of which may have packages of its own. */
const packageFolders = ["tools", "workspace-plugins"];

/**
 * Gives `to` the packages that are installed in `from`, without a copy, in place of those that it has. The workspace's own are those of `to`: npm links them
 * by relative paths, which are kept.
 */
export function linkPackages(from: string, to: string): void {
  const own = packageFolders.flatMap((folder) =>
    readdirSync(path.join(from, folder)).map((name) => path.join(folder, name)),
  );
  for (const folder of ["", ...own]) {
    // Links alone: what they lead to stays.
    rmSync(path.join(to, folder, "node_modules"), { recursive: true, force: true });
    const installed = path.join(from, folder, "node_modules");
    if (!existsSync(installed) || !existsSync(path.join(to, folder))) continue;
    linkAll(installed, path.join(to, folder, "node_modules"));
  }
}

function linkAll(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    // A scope may hold links to packages of the workspace.
    else if (entry.name.startsWith("@")) linkAll(source, target);
    else symlinkSync(source, target);
  }
}
