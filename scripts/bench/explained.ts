import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { scaled } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { commitAll } from "./commit-all.ts";
import { outputOf, repository } from "./processes.ts";
import type { Command } from "./processes.ts";
import { race, wallOf } from "./race.ts";
import type { Contender } from "./race.ts";
import { raceTable } from "./section.ts";
import type { Findings, Part, Target } from "./section.ts";

const inputCount = 10_000;
const filesPerFolder = 100;
const rounds = 15;
const mostMs = 200;
const unchanged = "slipway explain, nothing changed";
const changed = "slipway explain, 1 changed";

export const explained: Part = { id: "explain", title: "Explained", measure };

async function measure(bench: Bench): Promise<Findings> {
  const count = scaled(bench, inputCount);
  const folder = path.join(bench.folder, "explain");
  bench.say(`workspace: a target of ${count} inputs`);
  const big = await openWorkspace(bench, folder, count);
  const command: Command = { words: ["slipway", "explain", "big:build", "--json"], folder };
  const title = `A target of ${count} inputs`;
  const same = { name: unchanged, command, problem: expectAnswer("will-not-run") };
  const problem = expectAnswer("will-run", big.file);
  const edited = { name: changed, command, prepare: big.change, problem };
  // One after the other: a file that gets its old bytes back has a new stat.
  const found = new Map([
    ...(await race(bench, `${title}, nothing changed`, [same], rounds)),
    ...(await race(bench, `${title}, 1 changed`, [edited], rounds)),
  ]);
  const target = (name: string): Target => ({
    what: `${name}, ${count} inputs`,
    figure: wallOf(found, name).median,
    side: "at most",
    bound: mostMs,
    unit: "ms",
  });
  rmSync(folder, { recursive: true });
  return {
    text: [
      "`slipway explain big:build` after `nx run big:build` has succeeded, whole process. One file gets other bytes before each turn of the second row, and the answer names it.",
    ],
    tables: [raceTable(title, found, [])],
    targets: [target(unchanged), target(changed)],
  };
}

/** A file of the project, and what gives it other bytes. */
type BigProject = { readonly file: string; readonly change: (round: number) => void };

function fileAt(index: number): string {
  return `big/src/m${Math.floor(index / filesPerFolder)}/f${index % filesPerFolder}.ts`;
}

/** One project that Nx has built once. */
async function openWorkspace(bench: Bench, folder: string, count: number): Promise<BigProject> {
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  for (let index = 0; index < count; index += 1)
    write(fileAt(index), `export const a = ${index};\n`);
  const build = {
    executor: "nx:run-commands",
    options: { command: "true" },
    cache: true,
    inputs: ["{projectRoot}/**/*"],
    outputs: ["{projectRoot}/dist"],
  };
  write("big/project.json", JSON.stringify({ name: "big", tags: ["slipway"], targets: { build } }));
  write("nx.json", JSON.stringify(nxSettings));
  write("package.json", JSON.stringify({ name: "bench", version: "0.0.0", private: true }));
  write("package-lock.json", JSON.stringify({ lockfileVersion: 3, packages: {} }));
  write(".gitignore", "node_modules\n.nx\n.slipway\ndist\n");
  symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
  await commitAll(bench, folder);
  await outputOf(bench, { words: ["nx", "run", "big:build"], folder });
  const file = fileAt(Math.floor(count / 2));
  return { file, change: (round) => write(file, `export const a = "${round}";\n`) };
}

const nxSettings = {
  analytics: false,
  neverConnectToCloud: true,
  cacheDirectory: ".nx/cache",
  defaultBase: "main",
  plugins: ["@slipway/executors/plugin"],
};

const Answer = z.object({
  verdict: z.string(),
  causes: z.array(z.object({ kind: z.string(), path: z.string() })),
});

/** Says so when the explanation does not have this verdict and these causes, and no others. */
function expectAnswer(verdict: string, ...paths: readonly string[]): Contender["problem"] {
  const causes = paths.map((file) => ({ kind: "file-changed", path: file }));
  const expected = JSON.stringify({ verdict, causes });
  return (output) => {
    const found = JSON.stringify(Answer.parse(JSON.parse(output)));
    return found === expected ? undefined : `explained as ${found} and not as ${expected}`;
  };
}
