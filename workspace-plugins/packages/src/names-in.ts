import { readdir } from "node:fs/promises";
import { hasCode } from "./file-error.ts";

/** Of the entries of a folder; none where there is no folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return [];
    throw error;
  }
}
