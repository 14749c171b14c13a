import { readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { hasCode } from "@slipway/signature/basics";
import { namesIn } from "@slipway/signature/names-in";
import type { ReadLua } from "./module-graph.ts";

/** Reads Lua files under one folder; a symbolic link may lead anywhere in it and nowhere else. */
export async function openLuaFolder(folder: string): Promise<ReadLua> {
  const root = await realpath(folder);
  const lists = new Map<string, Promise<readonly string[]>>();
  return async (file) => {
    const spelled = await spelling(file);
    if (spelled !== file) return spelled === undefined ? "missing" : { otherCase: spelled };
    try {
      const real = await realpath(path.join(root, file));
      const inside = path.relative(root, real);
      if (inside.split(path.sep)[0] === ".." || path.isAbsolute(inside)) return "outside";
      return await readFile(real);
    } catch (error) {
      if (hasCode(error, ["ENOENT", "ENOTDIR", "EISDIR", "ELOOP"])) return "missing";
      throw error;
    }
  };

  /** As its folders list it, whatever the file system takes for it; `undefined`: not at all. */
  async function spelling(file: string): Promise<string | undefined> {
    const parent = path.posix.dirname(file);
    const name = path.posix.basename(file);
    const spelledParent = parent === "." ? "." : await spelling(parent);
    if (spelledParent === undefined) return undefined;
    const names = await namesOf(spelledParent);
    const spelled = names.includes(name)
      ? name
      : names.find((each) => each.toLowerCase() === name.toLowerCase());
    return spelled === undefined ? undefined : path.posix.join(spelledParent, spelled);
  }

  function namesOf(parent: string): Promise<readonly string[]> {
    const listed = lists.get(parent) ?? namesIn(path.join(root, parent));
    lists.set(parent, listed);
    return listed;
  }
}
