import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { compareBytes, fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { hasCode } from "@slipway/signature/read-text";

/** What lies in the folder of a definition. */
export type FolderContent = {
  /** Files, and links that lead to one; relative, with slashes, in the order of their bytes. */
  readonly files: readonly string[];
  /** What cannot be part of an image, each a sentence. */
  readonly problems: readonly string[];
};

/** No part of a definition: what targets of the same folder write, and what belongs to git. */
const notRead = new Set([".git", "dist", "node_modules"]);

/** `within` is the folder of all definitions of this place, which no link may leave. */
export async function readFolder(folder: string, within: string): Promise<FolderContent> {
  const root = await realpath(within);
  const files: string[] = [];
  const problems: string[] = [];
  const waiting = [""];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const item of await readdir(path.join(folder, at), { withFileTypes: true })) {
      if (notRead.has(item.name)) continue;
      const relative = path.posix.join(at, item.name);
      if (item.isDirectory()) waiting.push(relative);
      else if (item.isFile()) files.push(relative);
      else if (item.isSymbolicLink()) {
        const followed = await follow(path.join(folder, relative), root);
        if (!followed.ok) problems.push(`${relative} is a link ${followed.failure}`);
        else if (followed.value === "file") files.push(relative);
      } else problems.push(`${relative} is neither a file nor a folder`);
    }
  }
  return { files: files.toSorted(compareBytes), problems: problems.toSorted(compareBytes) };
}

/** What a link, or what lies there, is in the end; or what is wrong with the link. */
export async function follow(
  link: string,
  root: string,
): Promise<Result<"file" | "folder", string>> {
  try {
    const target = await realpath(link);
    if (target !== root && !target.startsWith(root + path.sep)) {
      return fail(`that leads out of ${root}: copy what it leads to`);
    }
    return ok((await stat(target)).isDirectory() ? "folder" : "file");
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR", "ELOOP"])) return fail("that leads nowhere");
    throw error;
  }
}
