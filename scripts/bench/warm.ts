import { mkdirSync } from "node:fs";
import path from "node:path";
import { scaled } from "./bench.ts";
import type { Bench } from "./bench.ts";
import {
  digestIn,
  expectDigest,
  expectNews,
  expectOneChange,
  expectText,
  gitStatus,
  gitStatusOf,
  referenceDigest,
  treeOf,
} from "./contenders.ts";
import { outputOf } from "./processes.ts";
import type { Command } from "./processes.ts";
import { race } from "./race.ts";
import type { Contender } from "./race.ts";
import { raceTable, ratioTarget } from "./section.ts";
import type { Findings, Part } from "./section.ts";
import { shapes } from "./shapes.ts";
import { openTree } from "./trees.ts";
import type { BenchTree } from "./trees.ts";

const rounds = 11;
const ours = "slipway tree";
const git = gitStatus;
const nx = "Nx workspace context";
const nxProgram = path.join(import.meta.dirname, "nx-context.cjs");

export const warm: Part = { id: "warm", title: "Warm: nothing or one file changed", measure };

async function measure(bench: Bench): Promise<Findings> {
  const found: Findings[] = [];
  for (const shape of shapes) {
    const tree = await openTree(bench, { ...shape, files: scaled(bench, shape.files) });
    const title = `${tree.files - 1} files of ${shape.sizeBytes / 1024} KiB`;
    found.push(await measureUnchanged(bench, tree, `${title}, nothing changed`));
    found.push(await measureChanged(bench, tree, `${title}, 1 changed`));
  }
  return {
    text: [
      "No daemon and no watcher: each contender looks at the stat of every file and hashes what is new. Nx's context is what every `nx` command without its daemon begins with, here alone: its archive is read, the folder is walked and one hash over all files printed. `node -e 0` is the start of the process. The digests of ours were compared with those computed from the output of sha256sum.",
    ],
    tables: found.flatMap(({ tables }) => tables),
    targets: found.flatMap(({ targets }) => targets),
  };
}

async function measureUnchanged(bench: Bench, tree: BenchTree, title: string): Promise<Findings> {
  const nxCommand = nxContext(bench, tree);
  const counted = await outputOf(bench, { ...nxCommand, words: [...nxCommand.words, "count"] });
  if (counted.trim() !== String(tree.files)) throw new Error(`Nx lists ${counted.trim()} files`);
  return raceOn(bench, title, [
    {
      name: ours,
      command: treeOf(tree),
      problem: expectDigest(await referenceDigest(bench, tree)),
    },
    { name: git, command: gitStatusOf(tree), problem: expectText("") },
    { name: nx, command: nxCommand, problem: expectText(await outputOf(bench, nxCommand)) },
    {
      name: "node -e 0",
      command: { words: ["node", "-e", "0"], folder: tree.folder },
      problem: expectText(""),
    },
  ]);
}

/** Before each turn one file gets other bytes, so that every contender has one to hash. */
async function measureChanged(bench: Bench, tree: BenchTree, title: string): Promise<Findings> {
  const prepare = tree.change;
  try {
    const found = await raceOn(bench, title, [
      { name: ours, command: treeOf(tree), prepare, problem: expectNews() },
      { name: git, command: gitStatusOf(tree), prepare, problem: expectOneChange },
      { name: nx, command: nxContext(bench, tree), prepare, problem: expectNews() },
    ]);
    const cached = digestIn(await outputOf(bench, treeOf(tree)));
    if (cached === (await referenceDigest(bench, tree))) return found;
    throw new Error(`${title}: the stat cache led to another digest`);
  } finally {
    await tree.restore();
  }
}

async function raceOn(
  bench: Bench,
  title: string,
  contenders: readonly Contender[],
): Promise<Findings> {
  const found = await race(bench, title, contenders, rounds);
  const targets = [ratioTarget(found, ours, git, 1.8), ratioTarget(found, ours, nx, 0.5)];
  return {
    text: [],
    tables: [raceTable(title, found, [git, nx])],
    targets: targets.map((target) => ({ ...target, what: `${target.what}, ${title}` })),
  };
}

function nxContext(bench: Bench, { folder }: BenchTree): Command {
  const cache = path.join(bench.folder, "nx", path.basename(folder));
  mkdirSync(cache, { recursive: true });
  return { words: ["node", nxProgram, folder, cache], folder };
}
