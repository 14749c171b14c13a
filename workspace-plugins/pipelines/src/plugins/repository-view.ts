import { readdirSync } from "node:fs";
import path from "node:path";
import { hasCode } from "@slipway/signature";
import type { FileListing } from "@slipway/signature";

/** What lies in a repository and is none of its files: ignored, of git itself. `path` is relative to it. */
export type HiddenEntry = { readonly path: string; readonly kind: "file" | "folder" };

/**
 * Everything on disk that the listing has not, a folder without files of it as one. Plugins see the repository itself with these
 * covered. A copy takes 40 µs a file and more to remove; hard links would change the time of status of every file, by which git
 * and our own cache see that a file is to be read again.
 */
export function hiddenEntries({ folder, files }: FileListing): readonly HiddenEntry[] {
  const seen = new Set(files.map((file) => file.path));
  const open = new Set(files.flatMap((file) => foldersOf(file.path)));
  const hidden: HiddenEntry[] = [];
  const waiting = [""];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const entry of entriesOf(path.join(folder, at)) ?? []) {
      const relative = at === "" ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory()) {
        if (open.has(relative)) waiting.push(relative);
        else hidden.push({ path: relative, kind: "folder" });
      } else if (!entry.isSymbolicLink() && !seen.has(relative)) {
        // A link is covered where it leads to.
        hidden.push({ path: relative, kind: "file" });
      }
    }
  }
  return hidden.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

function foldersOf(file: string): readonly string[] {
  const parts = file.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}

/** A folder that is gone or closed has nothing to show. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, ["ENOENT", "EACCES"])) return undefined;
    throw error;
  }
}
