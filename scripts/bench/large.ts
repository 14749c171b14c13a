import { scaled } from "./bench.ts";
import type { Bench } from "./bench.ts";
import {
  expectDigest,
  expectLines,
  floorsOf,
  referenceDigest,
  treeOf,
  xargsOf,
} from "./contenders.ts";
import { race, ratioOf } from "./race.ts";
import type { Contender } from "./race.ts";
import { raceTable } from "./section.ts";
import type { Findings, Part } from "./section.ts";
import { openTree, removeTree } from "./trees.ts";
import type { BenchTree } from "./trees.ts";

const shape = { files: 20, sizeBytes: 200 * 1024 ** 2, isUncommitted: true };
const rounds = 5;
const ours = "slipway tree --no-cache";
const openssl = "openssl dgst -sha256";

export const large: Part = { id: "large", title: "Large files", measure };

async function measure(bench: Bench): Promise<Findings> {
  const scaledShape = { ...shape, files: scaled(bench, shape.files) };
  const tree = await openTree(bench, scaledShape);
  const title = `${scaledShape.files} files of 200 MiB, cold`;
  const found = await race(bench, title, await contenders(bench, tree), rounds);
  removeTree(bench, scaledShape);
  return {
    text: ["SHA-256 on both sides; openssl is one process and one core."],
    tables: [raceTable(title, found, [openssl])],
    targets: [
      {
        what: `${ours}, throughput against ${openssl}, ${title}`,
        figure: ratioOf(found, openssl, ours).median,
        side: "at least",
        bound: 1.7,
        unit: "×",
      },
    ],
  };
}

async function contenders(bench: Bench, tree: BenchTree): Promise<readonly Contender[]> {
  const problem = expectLines(tree.files);
  return [
    {
      name: ours,
      command: treeOf(tree, "--no-cache"),
      problem: expectDigest(await referenceDigest(bench, tree)),
    },
    { name: openssl, command: xargsOf(tree, "openssl", "dgst", "-sha256", "-r"), problem },
    { name: "b3sum", command: xargsOf(tree, "b3sum"), problem },
    ...floorsOf(bench, tree),
  ];
}
