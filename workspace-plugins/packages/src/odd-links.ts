import { lstat } from "node:fs/promises";
import path from "node:path";
import type { LinkFailure } from "./failure.ts";
import { hasCode } from "@slipway/signature/read-text";

/**
 * Where the links of a project would be written and old ones removed has to be a folder of its own. A link, which may
 * come with the project's files, would lead all of that elsewhere.
 */
export async function oddLinksFolder(aigogoFolder: string): Promise<LinkFailure | undefined> {
  for (const folder of [aigogoFolder, path.join(aigogoFolder, "links")]) {
    if (await isOdd(folder)) return { reason: "links-folder-odd", folder };
  }
  return undefined;
}

async function isOdd(folder: string): Promise<boolean> {
  try {
    return !(await lstat(folder)).isDirectory();
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return false;
    throw error;
  }
}
