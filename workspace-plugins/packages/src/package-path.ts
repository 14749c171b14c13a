import type { EntryProblem } from "./failure.ts";

/** Relative, with slashes, clean: it names a place inside a package and never another. */
export type PackagePath = string & { readonly __brand: "PackagePath" };

const mostBytes = 1024;

export function isPackagePath(text: string): text is PackagePath {
  return pathProblem(text) === undefined;
}

export function pathProblem(text: string): EntryProblem | undefined {
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) return "control-character";
  if (text.includes("\\")) return "backslash";
  if (text.startsWith("/") || /^[A-Za-z]:/.test(text)) return "absolute";
  const segments = text.split("/");
  if (segments.includes("..")) return "traversal";
  if (segments.includes("") || segments.includes(".")) return "empty-segment";
  return Buffer.byteLength(text) > mostBytes ? "too-long" : undefined;
}

/** A tree cannot hold `lib` and `lib/a.py`, nor one name twice. */
export function treeProblem(
  paths: readonly PackagePath[],
): { readonly path: PackagePath; readonly problem: EntryProblem } | undefined {
  const files = new Set<string>();
  for (const path of paths) {
    if (files.has(path)) return { path, problem: "duplicate" };
    files.add(path);
  }
  const buried = paths.find((path) => foldersOf(path).some((folder) => files.has(folder)));
  return buried === undefined ? undefined : { path: buried, problem: "file-and-folder" };
}

function foldersOf(path: PackagePath): readonly string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, at) => segments.slice(0, at + 1).join("/"));
}
