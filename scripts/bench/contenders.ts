import { statSync } from "node:fs";
import path from "node:path";
import type { Bench } from "./bench.ts";
import { linesOf } from "./lines.ts";
import { outputOf } from "./processes.ts";
import type { Command } from "./processes.ts";
import type { Contender } from "./race.ts";
import { directoryDigest } from "./reference-digest.ts";
import type { BenchTree } from "./trees.ts";

type Problem = Contender["problem"];

export const gitStatus = "git status --porcelain";

export function gitStatusOf({ folder }: BenchTree): Command {
  return { words: ["git", "status", "--porcelain"], folder };
}

/** `slipway tree` of a folder. */
export function treeOf(
  { folder }: Pick<BenchTree, "folder">,
  ...words: readonly string[]
): Command {
  return { words: ["slipway", "tree", ...words, folder], folder };
}

/** A program that is given all paths of a tree as arguments, by xargs. */
export function xargsOf({ folder, list }: BenchTree, ...words: readonly string[]): Command {
  return { words: ["xargs", "-a", list, "-d", "\\n", ...words], folder };
}

/** What the machine can do, on one thread and on two. */
export function floorsOf(bench: Bench, tree: BenchTree): readonly Contender[] {
  return [1, 2].map((threads) => ({
    name: floorName(threads),
    command: { words: [bench.programs.floor, String(threads), tree.folder], folder: tree.folder },
    problem: expectLines(tree.files),
  }));
}

export function floorName(threads: number): string {
  return `C, ${threads} thread${threads === 1 ? "" : "s"}`;
}

export function expectText(expected: string): Problem {
  return (output) => (output === expected ? undefined : `the output is not "${expected}"`);
}

export function expectLines(count: number): Problem {
  return (output) => {
    const found = linesOf(output).length;
    return found === count ? undefined : `${found} lines and not ${count}`;
  };
}

/** One line with this digest. */
export function expectDigest(hex: string): Problem {
  return (output) =>
    linesOf(output).length === 1 && output.includes(hex)
      ? undefined
      : `the digest should be sha256:${hex}`;
}

/** An output that differs from all before. */
export function expectNews(): Problem {
  const seen = new Set<string>();
  return (output) => {
    if (seen.has(output)) return "the output is that of another state of the tree";
    seen.add(output);
    return undefined;
  };
}

/** What `git status --porcelain` says of one changed file. */
export function expectOneChange(output: string): string | undefined {
  const isOne = linesOf(output).length === 1 && output.startsWith(" M ");
  return isOne ? undefined : "not one file changed";
}

/** The hex digits of what `slipway tree` printed. */
export function digestIn(output: string): string {
  const [, hex] = /sha256:([0-9a-f]{64})/.exec(output) ?? [];
  if (hex === undefined) throw new Error(`no digest in the output of slipway tree: ${output}`);
  return hex;
}

/** The digest of a tree without us: sha256sum over its files, and the messages written by another hand. */
export async function referenceDigest(bench: Bench, tree: BenchTree): Promise<string> {
  const sums = await outputOf(bench, xargsOf(tree, "sha256sum"));
  return directoryDigest(sums, (file) => statSync(path.join(tree.folder, file)).size);
}
