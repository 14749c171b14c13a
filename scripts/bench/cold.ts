import { scaled } from "./bench.ts";
import type { Bench } from "./bench.ts";
import {
  expectDigest,
  expectLines,
  floorName,
  floorsOf,
  referenceDigest,
  treeOf,
  xargsOf,
} from "./contenders.ts";
import { race } from "./race.ts";
import type { Contender } from "./race.ts";
import { peakTarget, raceTable, ratioTarget } from "./section.ts";
import type { Findings, Part } from "./section.ts";
import { fewerLarger, manySmall } from "./shapes.ts";
import { openTree } from "./trees.ts";
import type { BenchTree, TreeShape } from "./trees.ts";

const turns = [
  { ...manySmall, perProcess: 2000, mostMb: 150 },
  { ...fewerLarger, perProcess: 500, mostMb: undefined },
];
const rounds = 9;
const ours = "slipway tree --no-cache";
const git = "git hash-object";
const b3sum = "xargs -P2 b3sum --num-threads 1";

export const cold: Part = { id: "cold", title: "Cold: every file read and hashed", measure };

async function measure(bench: Bench): Promise<Findings> {
  const found: Findings[] = [];
  for (const turn of turns) found.push(await measureShape(bench, turn));
  return {
    text: [
      "Ours lists the folder, takes the SHA-256 of every file and the Merkle tree of `Directory` messages, and reads no cache. Git (SHA-1) and b3sum (BLAKE3) are given the paths. `C` lists, reads and takes the SHA-256: the floor of this machine. The digest of ours was compared with one that was computed from the output of sha256sum.",
    ],
    tables: found.flatMap(({ tables }) => tables),
    targets: found.flatMap(({ targets }) => targets),
  };
}

async function measureShape(
  bench: Bench,
  shape: TreeShape & { readonly perProcess: number; readonly mostMb: number | undefined },
): Promise<Findings> {
  const tree = await openTree(bench, { ...shape, files: scaled(bench, shape.files) });
  const title = `${tree.files - 1} files of ${shape.sizeBytes / 1024} KiB, cold`;
  const found = await race(bench, title, await contenders(bench, tree, shape.perProcess), rounds);
  const of = (name: string): string => `${name}, ${title}`;
  const targets = [ratioTarget(found, ours, git, 0.65), ratioTarget(found, ours, b3sum, 1.2)];
  const memory = shape.mostMb === undefined ? [] : [peakTarget(found, ours, shape.mostMb)];
  return {
    text: [],
    tables: [raceTable(title, found, [git, b3sum, floorName(1)])],
    targets: [...targets, ...memory].map((target) => ({ ...target, what: of(target.what) })),
  };
}

async function contenders(
  bench: Bench,
  tree: BenchTree,
  perProcess: number,
): Promise<readonly Contender[]> {
  const { folder, files, list } = tree;
  const problem = expectLines(files);
  return [
    {
      name: ours,
      command: treeOf(tree, "--no-cache"),
      problem: expectDigest(await referenceDigest(bench, tree)),
    },
    {
      name: git,
      command: { words: ["git", "hash-object", "--stdin-paths"], folder, input: list },
      problem,
    },
    {
      name: b3sum,
      command: xargsOf(tree, "-P2", `-n${perProcess}`, "b3sum", "--num-threads", "1"),
      problem,
    },
    ...floorsOf(bench, tree),
  ];
}
