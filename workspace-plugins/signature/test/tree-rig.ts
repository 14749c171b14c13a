import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileClockMs } from "../src/tree/clock.ts";
import { openTree } from "../src/tree/open-tree.ts";
import type { Tree } from "../src/tree/tree.ts";
import { never } from "./rig.ts";
import type { Rig } from "./rig.ts";

export type Cached = Disposable & {
  readonly file: string;
  /** Opens, digests all and saves, as a command does. */
  readonly open: () => Promise<{ readonly tree: Tree; readonly root: string }>;
  readonly openUnsaved: () => Promise<Tree>;
  /** Returns when a change from now on has another time than all before. */
  readonly settle: () => void;
};

export function cacheOf(rig: Rig): Cached {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-tree-cache-"));
  const file = path.join(folder, "tree.bin");
  const openUnsaved = async (): Promise<Tree> => {
    const tree = await openTree(rig.root, { cacheFile: file, hashesAll: true, signal: never });
    if (!tree.ok) throw new Error(tree.failure.reason);
    return tree.value;
  };
  return {
    file,
    openUnsaved,
    open: async () => {
      const tree = await openUnsaved();
      const root = await rootOf(tree);
      await tree.save();
      return { tree, root };
    },
    settle: () => {
      const before = fileClockMs(folder);
      while (fileClockMs(folder) <= before);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

export async function open(folder: string): Promise<Tree> {
  const tree = await openTree(folder, { cacheFile: undefined, signal: never });
  if (!tree.ok) throw new Error(tree.failure.reason);
  return tree.value;
}

export async function rootOf(tree: Tree, folder = ""): Promise<string> {
  const found = await tree.digestOfFolder(folder);
  return found.ok ? `${found.value.digest}/${found.value.sizeBytes}` : found.failure.reason;
}
