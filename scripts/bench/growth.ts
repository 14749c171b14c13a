import { scaled } from "./bench.ts";
import type { Bench } from "./bench.ts";
import {
  expectDigest,
  expectLines,
  expectText,
  floorName,
  gitStatus,
  gitStatusOf,
  referenceDigest,
  treeOf,
} from "./contenders.ts";
import { beyond, race, wallOf } from "./race.ts";
import type { Contender, Race } from "./race.ts";
import { raceTable } from "./section.ts";
import type { Findings, Line, Part, Table, Target } from "./section.ts";
import { spreadOf } from "./spread.ts";
import { openTree, removeTree } from "./trees.ts";
import type { BenchTree } from "./trees.ts";

const sizes = [
  { files: 1000, rounds: 25 },
  { files: 3000, rounds: 21 },
  { files: 10_000, rounds: 13 },
  { files: 30_000, rounds: 9 },
  { files: 100_000, rounds: 5 },
  { files: 300_000, rounds: 3 },
  { files: 1_000_000, rounds: 2 },
];
const sizeBytes = 2048;
const start = "slipway tree of 1 file";
const coldTree = "slipway tree --no-cache";
const warmTree = "slipway tree";
const floor = floorName(2);
const ours = [coldTree, warmTree];
/** Made for other parts too. */
const largestKept = 100_000;
const mostDeviation = 20;
/** From here on what a process takes once, beyond its start, is small against what the files take. */
const largeFrom = 10_000;
const microsecondsPerMs = 1000;
const percent = 100;

export const growth: Part = {
  id: "growth",
  title: "Growth: a thousand to a million files",
  measure,
};

async function measure(bench: Bench): Promise<Findings> {
  const one = await openTree(bench, { files: 1, sizeBytes });
  const races: { readonly files: number; readonly found: Race }[] = [];
  for (const size of sizes) {
    const files = scaled(bench, size.files);
    const begunMs = performance.now();
    const tree = await openTree(bench, { files, sizeBytes });
    const madeMs = performance.now();
    const found = await race(
      bench,
      `${files} files`,
      await contenders(bench, tree, one),
      size.rounds,
    );
    races.push({ files, found });
    const seconds = [madeMs - begunMs, performance.now() - madeMs].map((ms) =>
      (ms / 1000).toFixed(0),
    );
    bench.say(`${files} files: made in ${seconds[0]} s, raced in ${seconds[1]} s`);
    if (files > largestKept) removeTree(bench, { files, sizeBytes });
  }
  const lines = [...ours, floor, gitStatus].map((name): Line => ({
    name,
    points: races.map(({ files, found }) => ({
      files,
      microsecondsPerFile: costPerFile(found, name, files),
    })),
  }));
  return {
    text: [
      `Files of ${sizeBytes / 1024} KiB. The cost per file is the time of a round less that of the same command on a tree of one file in the same round, divided by the number of files; the median of the rounds. Deviation is that of the size farthest from the median of the sizes. What a process takes once and a tree of one file does not ask for, threads and the compiling of its loops, is in the cost of the small trees. C and git are drawn whole, start included.`,
    ],
    tables: [
      costTable(lines),
      ...races.map(({ files, found }) => raceTable(`${files} files`, found, [])),
    ],
    targets: lines
      .filter(({ name }) => ours.includes(name))
      .flatMap((line) => [flatness(line, 0), flatness(line, scaled(bench, largeFrom))]),
    lines,
  };
}

async function contenders(
  bench: Bench,
  tree: BenchTree,
  one: BenchTree,
): Promise<readonly Contender[]> {
  const { folder } = tree;
  const digest = expectDigest(await referenceDigest(bench, tree));
  return [
    { name: start, command: treeOf(one), problem: expectDigest(await referenceDigest(bench, one)) },
    { name: coldTree, command: treeOf(tree, "--no-cache"), problem: digest },
    { name: warmTree, command: treeOf(tree), problem: digest },
    {
      name: floor,
      command: { words: [bench.programs.floor, "2", folder], folder },
      problem: expectLines(tree.files),
    },
    { name: gitStatus, command: gitStatusOf(tree), problem: expectText("") },
  ];
}

/** Microseconds; beyond the start of the process where there is one to speak of, which is ours. */
function costPerFile(found: Race, name: string, files: number): number {
  const spread = ours.includes(name) ? beyond(found, name, start) : wallOf(found, name);
  return (spread.median * microsecondsPerMs) / files;
}

function costTable(lines: readonly Line[]): Table {
  const counts = lines[0]?.points.map(({ files }) => String(files)) ?? [];
  return {
    title: "Microseconds per file",
    head: ["", ...counts],
    rows: lines.map(({ name, points }) => [
      name,
      ...points.map(({ microsecondsPerFile }) => microsecondsPerFile.toFixed(2)),
    ]),
  };
}

/** Over the sizes from `least` files on. */
function flatness({ name, points }: Line, least: number): Target {
  const chosen = points.filter(({ files }) => files >= least);
  const costs = chosen.map(({ microsecondsPerFile }) => microsecondsPerFile);
  const [first, last] = [chosen[0], chosen.at(-1)];
  const { median, min, max } = spreadOf(costs);
  const figure = (Math.max(max - median, median - min) / median) * percent;
  const what = `${name}, deviation of the cost per file, ${first?.files} to ${last?.files} files`;
  return { what, figure, side: "at most", bound: mostDeviation, unit: "%" };
}
