import { readdir } from "node:fs/promises";
import { hasCode } from "./read-text.ts";

/**
 * Of the entries of a folder, sorted; none where there is no folder. `orDenied`: nor where it is not ours to read, as
 * one that somebody else put in our way.
 */
export async function namesIn(
  folder: string,
  { orDenied = false }: { readonly orDenied?: boolean } = {},
): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR", ...(orDenied ? ["EACCES"] : [])])) return [];
    throw error;
  }
}
