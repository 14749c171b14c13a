import { readFile, realpath } from "node:fs/promises";
import path from "node:path";
import type { ReadLua } from "./module-graph.ts";

/** Reads Lua files under one folder; a symbolic link may lead anywhere in it and nowhere else. */
export async function openLuaFolder(folder: string): Promise<ReadLua> {
  const root = await realpath(folder);
  return async (file) => {
    try {
      const real = await realpath(path.join(root, file));
      const inside = path.relative(root, real);
      if (inside.startsWith("..") || path.isAbsolute(inside)) return "outside";
      return await readFile(real);
    } catch (error) {
      if (isAbsence(error)) return "missing";
      throw error;
    }
  };
}

function isAbsence(error: unknown): boolean {
  const absent: readonly unknown[] = ["ENOENT", "ENOTDIR", "EISDIR"];
  return error instanceof Error && "code" in error && absent.includes(error.code);
}
