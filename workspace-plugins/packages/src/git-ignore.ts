import path from "node:path";
import { exists, readTextIfPresent, writeFileAtomically } from "@slipway/signature/basics";

/**
 * Names `.aigogo/` in the project's .gitignore, as aigg does: links hold for one machine. Not outside of a repository,
 * and not where a .gitignore above names it already.
 */
export async function ignoreLinks(projectFolder: string): Promise<void> {
  const folders = await foldersInRepository(projectFolder);
  for (const folder of folders) {
    const text = await readTextIfPresent(path.join(folder, ".gitignore"));
    if (namesLinks(text ?? "", folder === projectFolder)) return;
  }
  if (folders.length > 0) await append(path.join(projectFolder, ".gitignore"), ".aigogo/\n");
}

/** From the project up to the folder that has `.git`; none where there is no such folder. */
async function foldersInRepository(projectFolder: string): Promise<readonly string[]> {
  const folders: string[] = [];
  for (let folder = projectFolder; ; folder = path.dirname(folder)) {
    folders.push(folder);
    if (await exists(path.join(folder, ".git"))) return folders;
    if (folder === path.dirname(folder)) return [];
  }
}

function namesLinks(text: string, isOwn: boolean): boolean {
  const everywhere = [".aigogo/", ".aigogo", "**/.aigogo/", "**/.aigogo"];
  const names = isOwn ? [...everywhere, "/.aigogo/", "/.aigogo"] : everywhere;
  return text.split("\n").some((line) => names.includes(line.trim()));
}

async function append(file: string, line: string): Promise<void> {
  const text = (await readTextIfPresent(file)) ?? "";
  const end = text === "" || text.endsWith("\n") ? "" : "\n";
  await writeFileAtomically(file, `${text}${end}${line}`);
}
