import type { EntryProblem } from "./failure.ts";

/** Relative, with slashes, clean: it names a place inside a package and never another. */
export type PackagePath = string & { readonly __brand: "PackagePath" };

const mostBytes = 1024;
/** What file systems take as one name. */
const mostNameBytes = 255;

/** Control characters, what turns the direction of a text, and what stands for bytes that are no UTF-8. */
const unprintable = /[\p{Cc}\u202A-\u202E\u2066-\u2069\uFFFD]/u;

export function isPackagePath(text: string): text is PackagePath {
  return pathProblem(text) === undefined;
}

export function pathProblem(text: string): EntryProblem | undefined {
  if (unprintable.test(text) || !text.isWellFormed()) return "control-character";
  if (text.includes("\\")) return "backslash";
  if (text.startsWith("/") || /^[A-Za-z]:/.test(text)) return "absolute";
  const segments = text.split("/");
  if (segments.includes("..")) return "traversal";
  if (segments.includes("") || segments.includes(".")) return "empty-segment";
  if (segments.some((segment) => Buffer.byteLength(segment) > mostNameBytes)) return "too-long";
  return Buffer.byteLength(text) > mostBytes ? "too-long" : undefined;
}

/** The paths of one package as they come: a tree cannot hold `lib` and `lib/a.py`, nor one file twice. */
export type PathTree = {
  readonly add: (path: PackagePath, kind: "file" | "folder") => EntryProblem | undefined;
  /** How many were added, or are to be made: folders above them, which nobody need name, among them. */
  readonly size: () => number;
};

export function openPathTree(): PathTree {
  const files = new Set<string>();
  const folders = new Set<string>();
  let added = 0;
  return {
    add: (path, kind) => {
      added += 1;
      if (kind === "file" && files.has(path)) return "duplicate";
      const above = foldersOf(path);
      if (kind === "folder" ? files.has(path) : folders.has(path)) return "file-and-folder";
      if (above.some((folder) => files.has(folder))) return "file-and-folder";
      for (const folder of above) folders.add(folder);
      (kind === "folder" ? folders : files).add(path);
      return undefined;
    },
    size: () => Math.max(added, files.size + folders.size),
  };
}

function foldersOf(path: string): readonly string[] {
  const folders: string[] = [];
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
    folders.push(path.slice(0, at));
  }
  return folders;
}
