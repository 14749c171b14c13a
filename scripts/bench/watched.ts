import { readFileSync } from "node:fs";
import path from "node:path";
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
import { race, readFigures } from "./race.ts";
import type { Race } from "./race.ts";
import { raceTable, ratioTarget } from "./section.ts";
import type { Findings, Part, Target } from "./section.ts";
import { shapes } from "./shapes.ts";
import { openTree } from "./trees.ts";
import type { BenchTree } from "./trees.ts";

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
      "`slipway watch` knows the tree; `slipway tree` is the process that asks it, whole. The digests were compared with those computed from the output of sha256sum. The watcher's memory is its resident set at the end, and the largest that it or a process that it started ever had.",
    ],
    tables: found.flatMap(({ tables }) => tables),
    targets: found.flatMap(({ targets }) => targets),
  };
}

async function measureTree(bench: Bench, tree: BenchTree, title: string): Promise<Findings> {
  const figures = path.join(bench.folder, "watcher");
  const { unchanged, changed, nowMb } = await raceWatched(bench, tree, { title, figures });
  // Written when the watcher has ended.
  const { peakMb } = readFigures(figures);
  const speed = (found: Race, what: string): Target => ({
    ...ratioTarget(found, ours, gitStatus, 0.4),
    what: `${ours}, against ${gitStatus}, ${title}, ${what}`,
  });
  const memory = (what: string, figure: number): Target => ({
    what: `slipway watch, ${what}, ${title}`,
    figure,
    side: "at most",
    bound: mostMb,
    unit: "MB",
  });
  return {
    text: [],
    tables: [
      raceTable(`${title}, nothing changed`, unchanged, [gitStatus]),
      raceTable(`${title}, 1 changed`, changed, [gitStatus]),
    ],
    targets: [
      speed(unchanged, "nothing changed"),
      speed(changed, "1 changed"),
      memory("resident at the end", nowMb),
      memory("peak of its largest process", peakMb),
    ],
  };
}

async function raceWatched(
  bench: Bench,
  tree: BenchTree,
  { title, figures }: { readonly title: string; readonly figures: string },
): Promise<{ readonly unchanged: Race; readonly changed: Race; readonly nowMb: number }> {
  const problem = expectDigest(await referenceDigest(bench, tree));
  const isWatching = (output: string): boolean => output.startsWith(`watching ${tree.files} files`);
  const words = [bench.programs.measure, figures, "slipway", "watch"] as const;
  await using watcher = await start(bench, { words, folder: tree.folder }, isWatching);
  const contenders = [
    { name: ours, command: treeOf(tree), problem },
    { name: gitStatus, command: gitStatusOf(tree), problem: expectText("") },
  ];
  const unchanged = await race(bench, `${title}, watched`, contenders, rounds);
  const changed = await raceChanged(bench, tree, title);
  await expectAnswer(bench, tree);
  return { unchanged, changed, nowMb: residentMb(childOf(watcher.pid)) };
}

async function raceChanged(bench: Bench, tree: BenchTree, title: string): Promise<Race> {
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

/** The figures are those of a watcher that answered to the end, and not of a command that looked for itself. */
async function expectAnswer(bench: Bench, tree: BenchTree): Promise<void> {
  const { watcher } = Answer.parse(JSON.parse(await outputOf(bench, treeOf(tree, "--json"))));
  if (watcher !== "answered") throw new Error(`the watcher did not answer: ${watcher}`);
}

/** The one process that `measure` started. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim());
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  return (Number(kibibytes) * bytesPerKibibyte) / megabyte;
}
