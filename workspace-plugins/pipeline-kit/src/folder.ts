import path from "node:path";
import type { Tree } from "./tree.ts";

/** A folder of the repository. */
export type Folder = {
  /** Relative to the repository; empty for itself. */
  readonly path: string;
  readonly has: (file: string) => boolean;
  readonly text: (file: string) => string | undefined;
};

export function openFolder(tree: Tree, folder: string): Folder {
  const paths = new Set(tree.paths);
  const within = (file: string): string => path.posix.join(folder, file);
  return {
    path: folder,
    has: (file) => paths.has(within(file)),
    text: (file) => tree.text(within(file)),
  };
}

/** What was brought along or is there to be tested: nothing of it is what the repository is made of. */
const foreign = /(?:^|\/)(?:node_modules|vendor|target|\.venv|testdata|fixtures)\//;

/** Folders that have one of `files`, the outermost first. */
export function foldersWith({ paths }: Tree, files: readonly string[]): readonly string[] {
  const found = paths
    .filter((file) => files.includes(path.posix.basename(file)) && !foreign.test(file))
    .map((file) => path.posix.dirname(file))
    .map((folder) => (folder === "." ? "" : folder));
  return [...new Set(found)].toSorted((a, b) => depthOf(a) - depthOf(b) || (a < b ? -1 : 1));
}

function depthOf(folder: string): number {
  return folder === "" ? 0 : folder.split("/").length;
}

/** Empty for the repository itself; `undefined` for what leads out of it. */
export function parseFolder(text: string): string | undefined {
  const folder = path.posix.normalize(text).replace(/\/$/, "");
  if (folder === ".") return "";
  const isOutside = path.posix.isAbsolute(folder) || /^\.\.(?:\/|$)/.test(folder);
  return isOutside || /[\\\0]/.test(folder) ? undefined : folder;
}
