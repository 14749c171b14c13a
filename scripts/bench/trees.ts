import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Bench } from "./bench.ts";
import { commitAll, refreshIndex } from "./commit-all.ts";
import { outputOf } from "./processes.ts";

export type TreeShape = {
  readonly files: number;
  readonly sizeBytes: number;
  /** Gigabytes that git would hash twice, for a part in which git has none. */
  readonly isUncommitted?: boolean;
};

/** A git repository without changes, the same bytes at the same paths every time. */
export type BenchTree = {
  readonly folder: string;
  /** All regular files but git's own, `.gitignore` among them. */
  readonly files: number;
  /** A file of their paths, one a line. */
  readonly list: string;
  /** Writes other bytes into one file, never the same ones. */
  readonly change: () => void;
  /** Writes the first bytes back and lets git see that nothing has changed. */
  readonly restore: () => Promise<void>;
};

const filesPerFolder = 100;
const foldersPerPackage = 10;
const wordBytes = 4;
/** What our tools and Nx keep in a workspace is no file of it. */
const ignoreFile = ".gitignore";
const ignored = ".slipway/\n.nx/\n";

/** A 32-bit linear congruential generator, seeded by the place of the file. */
function contentOf(seed: number, sizeBytes: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(sizeBytes / wordBytes));
  let state = Math.imul(seed + 1, 2_654_435_761) >>> 0;
  for (let index = 0; index < words.length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words[index] = state;
  }
  return new Uint8Array(words.buffer, 0, sizeBytes);
}

function folderOf(file: number): string {
  const folder = Math.floor(file / filesPerFolder);
  const inPackage = Math.floor(folder / foldersPerPackage);
  return `packages/p${inPackage}/src/m${folder % foldersPerPackage}`;
}

function pathOf(file: number): string {
  return `${folderOf(file)}/f${file % filesPerFolder}.ts`;
}

/** Makes the tree, or takes the one that an earlier bench left. */
export async function openTree(bench: Bench, shape: TreeShape): Promise<BenchTree> {
  const name = `${shape.files}x${shape.sizeBytes}`;
  const folder = path.join(bench.trees, name);
  const list = path.join(bench.trees, `${name}.txt`);
  // Written last: without it the tree was not finished.
  if (!existsSync(list)) {
    bench.say(`tree: ${shape.files} files of ${shape.sizeBytes} bytes`);
    rmSync(folder, { recursive: true, force: true });
    await writeTree(bench, folder, shape);
    const paths = Array.from({ length: shape.files }, (_, file) => pathOf(file));
    const text = [ignoreFile, ...paths].map((file) => `${file}\n`).join("");
    if (shape.isUncommitted !== true) await commitAll(bench, folder);
    else await outputOf(bench, { words: ["git", "init", "--quiet"], folder });
    // So that nothing is still being written while others race.
    await outputOf(bench, { words: ["sync", "--file-system", folder], folder });
    writeFileSync(list, text);
  }
  const file = Math.floor(shape.files / 2);
  const write = (seed: number): void =>
    writeFileSync(path.join(folder, pathOf(file)), contentOf(seed, shape.sizeBytes));
  const seeds = newSeeds(shape.files);
  const restore = async (): Promise<void> => {
    write(file);
    if (shape.isUncommitted !== true) await refreshIndex(bench, folder);
  };
  // A bench that was stopped may have left it changed.
  await restore();
  return {
    folder,
    files: shape.files + 1,
    list,
    change: () => write(seeds.next().value),
    restore,
  };
}

function* newSeeds(first: number): Generator<number, never> {
  for (let seed = first; ; seed += 1) yield seed;
}

export function removeTree(bench: Bench, shape: TreeShape): void {
  const name = `${shape.files}x${shape.sizeBytes}`;
  rmSync(path.join(bench.trees, `${name}.txt`), { force: true });
  rmSync(path.join(bench.trees, name), { recursive: true, force: true });
}

async function writeTree(bench: Bench, folder: string, shape: TreeShape): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, ignoreFile), ignored);
  for (let file = 0; file < shape.files; file += 1) {
    if (file % filesPerFolder === 0) {
      // A signal handler only runs when the event loop turns.
      await setImmediate();
      bench.signal.throwIfAborted();
      mkdirSync(path.join(folder, folderOf(file)), { recursive: true });
    }
    writeFileSync(path.join(folder, pathOf(file)), contentOf(file, shape.sizeBytes));
  }
}
