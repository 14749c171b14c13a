import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { scaled } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { expectText } from "./contenders.ts";
import { linesOf } from "./lines.ts";
import { beyond, race, ratioOf } from "./race.ts";
import type { Contender, Race } from "./race.ts";
import type { Findings, Part } from "./section.ts";
import { openTree } from "./trees.ts";
import type { BenchTree } from "./trees.ts";

const counts = [10, 100, 1000, 4000, 10_000, 20_000, 40_000];
const treeShape = { files: 100_000, sizeBytes: 2048 };
const rounds = 9;
const start = "none";
const inProcess = "in-process";
const inPool = "pool";
const asPays = "as-pays";
const child = path.join(import.meta.dirname, "hash-child.ts");
const mostLoss = 1.1;

export const pool: Part = { id: "pool", title: "Where the pool of threads pays", measure };

async function measure(bench: Bench): Promise<Findings> {
  const tree = await openTree(bench, { ...treeShape, files: scaled(bench, treeShape.files) });
  const races: { readonly count: number; readonly found: Race }[] = [];
  for (const count of counts.map((one) => scaled(bench, one))) {
    const title = `${count} files hashed in one thread and in a pool`;
    races.push({ count, found: await race(bench, title, contenders(bench, tree, count), rounds) });
  }
  const breakEven = races.find(({ found }) => medianOf(found, inPool) < medianOf(found, inProcess));
  const [first, last] = [races[0], races.at(-1)];
  if (first === undefined || last === undefined) throw new Error("internal: nothing raced");
  const poolStart = medianOf(first.found, inPool);
  const share = (medianOf(last.found, inPool) - poolStart) / medianOf(last.found, inProcess);
  return {
    text: [
      "Files of 2 KiB whose paths are known, hashed by a process of its own that starts the pool and ends it; milliseconds beyond those of a process that only loads the same code. `hashAsPays` is what chooses between the two in the code, by the number of files and of bytes.",
      `In this run the pool won from ${breakEven === undefined ? "none of these numbers" : `${breakEven.count} files`} on: its start cost ${poolStart.toFixed(0)} ms, and ${last.count} files then took ${share.toFixed(2)} of the time of one thread.`,
    ],
    tables: [
      {
        title: "Milliseconds beyond the start of the process, by number of files",
        head: ["", ...races.map(({ count }) => String(count))],
        rows: [
          ["in one thread", inProcess],
          ["in a pool, started and ended", inPool],
          ["as hashAsPays chooses", asPays],
        ].map(([label = "", name = ""]) => [
          label,
          ...races.map(({ found }) => medianOf(found, name).toFixed(1)),
        ]),
      },
    ],
    targets: [
      {
        what: "hashAsPays, against the better of one thread and pool, whole process, at the number of files where it chooses worst",
        figure: Math.max(...races.map(({ found }) => lossOf(found))),
        side: "at most",
        bound: mostLoss,
        unit: "×",
      },
    ],
  };
}

function contenders(bench: Bench, tree: BenchTree, count: number): readonly Contender[] {
  const list = path.join(bench.folder, "pool-list");
  // The first line is .gitignore, which has another size.
  const files = linesOf(readFileSync(tree.list, "utf8")).slice(1, count + 1);
  writeFileSync(list, files.map((file) => `${treeShape.sizeBytes}\t${file}\n`).join(""));
  return [start, inProcess, inPool, asPays].map((name) => ({
    name,
    command: { words: ["node", child, name, tree.folder, list], folder: tree.folder },
    problem: expectText(`${name === start ? 0 : files.length}\n`),
  }));
}

function medianOf(found: Race, name: string): number {
  return beyond(found, name, start).median;
}

/** The whole of the two processes: what is lost against the better choice. */
function lossOf(found: Race): number {
  const better = medianOf(found, inPool) < medianOf(found, inProcess) ? inPool : inProcess;
  return ratioOf(found, asPays, better).median;
}
