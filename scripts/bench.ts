// Hashes one generated tree with the signature package, with `git hash-object` and with `sha256sum`, in turn, and
// writes the medians and their ratios to docs/benchmarks.md. Every digest of ours is compared with sha256sum's.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import path from "node:path";
import { hashInProcess, openHashPool } from "@slipway/signature";
import type { FileHasher } from "@slipway/signature";

type File = Parameters<FileHasher>[1][number];
type Contender = { readonly name: string; readonly run: () => Promise<void> | void };

const rounds = 9;
const treeSizes = [
  { count: 5000, sizeBytes: 6 * 1024 },
  { count: 40, sizeBytes: 4 * 1024 ** 2 },
];
const root = path.join(import.meta.dirname, "..");
const asChild = "--as-child";

/** The same bytes every time: a 32-bit linear congruential generator, seeded by the place of the file. */
function contentOf(seed: number, sizeBytes: number): Uint8Array {
  const words = new Uint32Array(sizeBytes / 4);
  let state = seed;
  for (const index of words.keys()) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words[index] = state;
  }
  return new Uint8Array(words.buffer);
}

function filesOfTree(): readonly File[] {
  return treeSizes.flatMap(({ count, sizeBytes }) =>
    Array.from({ length: count }, (_, index): File => {
      const file = `${sizeBytes}/${index % 50}/${index}.bin`;
      return { kind: "file", path: file, isExecutable: false, sizeBytes };
    }),
  );
}

function generateTree(folder: string, files: readonly File[]): void {
  for (const [seed, { path: file, sizeBytes }] of files.entries()) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), contentOf(seed, sizeBytes));
  }
}

async function digestsOf(
  hasher: FileHasher,
  folder: string,
  files: readonly File[],
): Promise<ReadonlyMap<string, string>> {
  const result = await hasher(folder, files, AbortSignal.timeout(300_000));
  const [failure] = result.failures.values();
  if (failure !== undefined) throw new Error(`hashing failed: ${JSON.stringify(failure)}`);
  return new Map([...result.digests.values()].map((one) => [one.path, one.digest]));
}

const outputLimitBytes = 64 * 1024 ** 2;

function output(folder: string, command: string, words: readonly string[], input: string): string {
  return execFileSync(command, words, {
    cwd: folder,
    input,
    encoding: "utf8",
    maxBuffer: outputLimitBytes,
  });
}

function sha256sum(folder: string, files: readonly File[]): string {
  return output(
    folder,
    "xargs",
    ["-0", "sha256sum", "-b"],
    files.map((file) => `${file.path}\0`).join(""),
  );
}

function gitHashes(folder: string, files: readonly File[]): string {
  return output(
    folder,
    "git",
    ["hash-object", "--stdin-paths", "--no-filters"],
    files.map((file) => `${file.path}\n`).join(""),
  );
}

async function compareWithSha256sum(folder: string, files: readonly File[]): Promise<void> {
  const ours = await digestsOf(hashInProcess, folder, files);
  const lines = sha256sum(folder, files).trimEnd().split("\n");
  const theirs = new Map(lines.map((line) => [line.slice(66), `sha256:${line.slice(0, 64)}`]));
  const different = files.filter((file) => ours.get(file.path) !== theirs.get(file.path));
  if (different.length > 0) throw new Error(`${different.length} digests are not sha256sum's`);
}

async function millisecondsOf({ run }: Contender): Promise<number> {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}

/** One untimed round, then every contender once a round, so that a slow moment of the machine hits them alike. */
async function race(contenders: readonly Contender[]): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, readonly number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const contender of contenders) {
      const taken = await millisecondsOf(contender);
      if (round > 0) times.set(contender.name, [...(times.get(contender.name) ?? []), taken]);
    }
    process.stdout.write(`round ${round} of ${rounds}\n`);
  }
  return new Map([...times].map(([name, taken]) => [name, median(taken)]));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function report(times: ReadonlyMap<string, number>, files: readonly File[]): string {
  const mebibytes = files.reduce((sum, file) => sum + file.sizeBytes, 0) / 1024 ** 2;
  const ratio = (milliseconds: number, name: string) =>
    (milliseconds / (times.get(name) ?? Number.NaN)).toFixed(2);
  const rows = [...times].map(
    ([name, taken]) =>
      `| ${name} | ${taken.toFixed(0)} | ${ratio(taken, "sha256sum")} | ${ratio(taken, "git hash-object")} |`,
  );
  return `# Benchmarks

Written by \`make bench\` on ${new Date().toISOString().slice(0, 10)}: ${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} threads,
Node ${process.versions.node}, ${output(root, "git", ["--version"], "").trim()}.

## Hashing a tree

${files.length} files, ${mebibytes.toFixed(0)} MiB, all in the page cache; the paths are given, so nothing is listed.
Each contender runs once a round, in turn; the times are medians of ${rounds} rounds in milliseconds, the other columns say
how many times as long as that contender. Every digest of ours was compared with sha256sum's.
Git computes SHA-1 and the others SHA-256. \`git hash-object\` and \`sha256sum\` pay for their process, as does ours where it says so.

| | ms | × sha256sum | × git hash-object |
|---|---:|---:|---:|
${rows.join("\n")}
`;
}

async function measure(folder: string): Promise<void> {
  const files = filesOfTree();
  generateTree(folder, files);
  await compareWithSha256sum(folder, files);
  await using pool = await openHashPool();
  const times = await race([
    { name: "sha256sum", run: () => void sha256sum(folder, files) },
    { name: "git hash-object", run: () => void gitHashes(folder, files) },
    {
      name: "signature, in this thread",
      run: async () => void (await digestsOf(hashInProcess, folder, files)),
    },
    {
      name: "signature, in a warm pool",
      run: async () => void (await digestsOf(pool.hash, folder, files)),
    },
    {
      name: "signature, a process of its own",
      run: () => void output(root, process.execPath, [import.meta.filename, asChild, folder], ""),
    },
  ]);
  const text = report(times, files);
  mkdirSync(path.join(root, "docs"), { recursive: true });
  writeFileSync(path.join(root, "docs/benchmarks.md"), text);
  process.stdout.write(text);
}

async function main([word, folder]: readonly string[]): Promise<void> {
  if (word === asChild && folder !== undefined) {
    await digestsOf(hashInProcess, folder, filesOfTree());
    return;
  }
  const made = mkdtempSync(path.join(tmpdir(), "slipway-bench-"));
  try {
    await measure(made);
  } finally {
    rmSync(made, { recursive: true });
  }
}

await main(process.argv.slice(2));
