import { canonicalJson, compareBytes, digestOf } from "@slipway/signature/basics";
import type { Digest } from "@slipway/signature";

/** Relative to the folder of a module, with slashes, clean: it names a file inside and never another. */
export type ModulePath = string & { readonly __brand: "ModulePath" };

/** One file of a module: a module is these and nothing else. */
export type ModuleFile = {
  readonly path: ModulePath;
  readonly isExecutable: boolean;
  readonly bytes: Uint8Array;
};

/** What a module may be: a plugin is a program, what is more is something else, or an attack. */
export const moduleLimits = { bytes: 128 * 1024 * 1024, files: 4000 } as const;

export type FilesProblem =
  | "not-a-file"
  | "path-odd"
  | "duplicate"
  | "file-and-folder"
  | "too-many"
  | "too-large"
  | "not-a-tar";

/** Control characters, what turns the direction of a text, and what stands for bytes that are no UTF-8. */
const unprintable = /[\p{Cc}\u202A-\u202E\u2066-\u2069\uFFFD]/u;
const longestName = 255;
const longestPath = 1024;

export function isModulePath(text: string): text is ModulePath {
  if (unprintable.test(text) || !text.isWellFormed() || /\\|^[A-Za-z]:/.test(text)) return false;
  if (Buffer.byteLength(text) > longestPath) return false;
  return text.split("/").every((segment) => isSegment(segment));
}

function isSegment(segment: string): boolean {
  if (segment === "" || segment === "." || segment === "..") return false;
  return segment.toLowerCase() !== ".git" && Buffer.byteLength(segment) <= longestName;
}

/**
 * What is wrong with these as the files of one module, whatever file system they come to lie on: two names that differ
 * in case alone are one file on some.
 */
export function filesProblem(
  files: readonly ModuleFile[],
): { readonly path: string; readonly problem: FilesProblem } | undefined {
  const names = new Map<string, "file" | "folder">();
  let bytes = 0;
  for (const { path, bytes: content } of files) {
    bytes += content.byteLength;
    if (bytes > moduleLimits.bytes) return { path, problem: "too-large" };
    const folded = foldedName(path);
    if (names.get(folded) === "file") return { path, problem: "duplicate" };
    if (names.has(folded)) return { path, problem: "file-and-folder" };
    names.set(folded, "file");
    for (const folder of foldersOf(folded)) {
      if (names.get(folder) === "file") return { path, problem: "file-and-folder" };
      names.set(folder, "folder");
    }
    if (names.size > moduleLimits.files) return { path, problem: "too-many" };
  }
  return undefined;
}

function foldedName(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

function foldersOf(path: string): readonly string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, at) => segments.slice(0, at + 1).join("/"));
}

export function inOrder(files: readonly ModuleFile[]): readonly ModuleFile[] {
  return files.toSorted((a, b) => compareBytes(a.path, b.path));
}

/** Of names, content and the right to run: what a lock holds a module against, however it travelled. */
export function contentDigest(files: readonly ModuleFile[]): Digest {
  const listed = inOrder(files).map(({ path, isExecutable, bytes }) => ({
    path,
    isExecutable,
    digest: digestOf(bytes),
  }));
  return digestOf(canonicalJson({ version: 1, files: listed }));
}
