import path from "node:path";
import { existsSync, mkdirSync, writeFileSync } from "../file-system.ts";

/**
 * The folder of a cache file. git is told to list nothing of a workspace's `.slipway`: what is written while a tree is
 * read is no part of it.
 */
export function makeCacheFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (path.basename(folder) !== ".slipway") return;
  const rules = path.join(folder, ".gitignore");
  if (!existsSync(rules)) writeFileSync(rules, "*\n");
}

/**
 * Whether nothing can be written where a cache file would be: somebody else's folder, a full disk, another thing in its
 * place. Then nothing is remembered, and all else is as ever.
 */
export function isUnwritable(error: unknown): boolean {
  return error instanceof Error && "code" in error && unwritable.includes(String(error.code));
}

const unwritable: readonly string[] = [
  "EACCES",
  "EDQUOT",
  "EEXIST",
  "EISDIR",
  "ELOOP",
  "ENOENT",
  "ENOSPC",
  "ENOTDIR",
  "EPERM",
  "EROFS",
];
