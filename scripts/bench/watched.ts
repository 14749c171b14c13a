import { readFileSync } from "node:fs";
import { z } from "zod";
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
import { outputOf, start } from "./processes.ts";
import { race } from "./race.ts";
import { raceTable, ratioTarget } from "./section.ts";
import type { Findings, Part, Target } from "./section.ts";
import { openTree } from "./trees.ts";
import type { BenchTree } from "./trees.ts";

const shapes = [
  { files: 100_000, sizeBytes: 2048 },
  { files: 10_000, sizeBytes: 20_480 },
];
const rounds = 15;
const ours = "slipway tree, watched";
const mostMb = 150;
const Answer = z.object({ watcher: z.string() });
const bytesPerKibibyte = 1024;
const megabyte = 1e6;

export const watched: Part = { id: "watch", title: "With slipway watch running", measure };

async function measure(bench: Bench): Promise<Findings> {
  const found: Findings[] = [];
  for (const shape of shapes) {
    const tree = await openTree(bench, { ...shape, files: scaled(bench, shape.files) });
    found.push(
      await measureTree(bench, tree, `${tree.files - 1} files of ${shape.sizeBytes / 1024} KiB`),
    );
  }
  return {
    text: [
      "`slipway watch` knows the tree; `slipway tree` is the process that asks it, whole. The digests were compared with those computed from the output of sha256sum. The watcher's memory is its resident set, at its largest and at the end.",
    ],
    tables: found.flatMap(({ tables }) => tables),
    targets: found.flatMap(({ targets }) => targets),
  };
}

async function measureTree(bench: Bench, tree: BenchTree, title: string): Promise<Findings> {
  const digest = await referenceDigest(bench, tree);
  const isWatching = (output: string): boolean => output.startsWith(`watching ${tree.files} files`);
  await using watcher = await start(bench, watcherOf(tree), isWatching);
  const unchanged = await race(
    bench,
    `${title}, watched`,
    [
      { name: ours, command: treeOf(tree), problem: expectDigest(digest) },
      { name: gitStatus, command: gitStatusOf(tree), problem: expectText("") },
    ],
    rounds,
  );
  const changed = await raceChanged(bench, tree, title);
  const memory = memoryOf(watcher.pid);
  await expectAnswer(bench, tree);
  const target = (found: typeof changed, what: string): Target => ({
    ...ratioTarget(found, ours, gitStatus, 0.4),
    what: `${ours}, against ${gitStatus}, ${title}, ${what}`,
  });
  return {
    text: [],
    tables: [
      raceTable(`${title}, nothing changed`, unchanged, [gitStatus]),
      raceTable(`${title}, 1 changed`, changed, [gitStatus]),
      {
        title: `The watcher of ${title}`,
        head: ["", "MB"],
        rows: [
          ["at its largest", memory.peakMb.toFixed(0)],
          ["at the end", memory.nowMb.toFixed(0)],
        ],
      },
    ],
    targets: [
      target(unchanged, "nothing changed"),
      target(changed, "1 changed"),
      {
        what: `slipway watch, peak memory, ${title}`,
        figure: memory.peakMb,
        side: "at most",
        bound: mostMb,
        unit: "MB",
      },
    ],
  };
}

async function raceChanged(bench: Bench, tree: BenchTree, title: string): ReturnType<typeof race> {
  const prepare = tree.change;
  try {
    const found = await race(
      bench,
      `${title}, watched, 1 changed`,
      [
        { name: ours, command: treeOf(tree), prepare, problem: expectNews() },
        { name: gitStatus, command: gitStatusOf(tree), prepare, problem: expectOneChange },
      ],
      rounds,
    );
    const answer = digestIn(await outputOf(bench, treeOf(tree)));
    if (answer === (await referenceDigest(bench, tree))) return found;
    throw new Error(`${title}: the watcher answered with another digest`);
  } finally {
    await tree.restore();
  }
}

function watcherOf({ folder }: BenchTree) {
  return { words: ["slipway", "watch"], folder } as const;
}

/** The figures are those of a watcher that answered to the end, and not of a command that looked for itself. */
async function expectAnswer(bench: Bench, tree: BenchTree): Promise<void> {
  const { watcher } = Answer.parse(JSON.parse(await outputOf(bench, treeOf(tree, "--json"))));
  if (watcher !== "answered") throw new Error(`the watcher did not answer: ${watcher}`);
}

/** Resident megabytes of a running process. */
function memoryOf(pid: number): { readonly peakMb: number; readonly nowMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (name: string): number => {
    const [, kibibytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status) ?? [];
    return (Number(kibibytes) * bytesPerKibibyte) / megabyte;
  };
  return { peakMb: megabytes("VmHWM"), nowMb: megabytes("VmRSS") };
}
