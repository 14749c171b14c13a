import { rmSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { scaled } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { commitAll } from "./commit-all.ts";
import { generateJobs } from "./job-graphs.ts";
import { outputOf } from "./processes.ts";
import { race } from "./race.ts";
import type { Contender } from "./race.ts";
import { raceTable, ratioTarget } from "./section.ts";
import type { Findings, Part } from "./section.ts";

const sizes = [
  { count: 200, bound: 0.6, rounds: 11 },
  { count: 2000, bound: 0.35, rounds: 7 },
];
const turboVersion = "2.11.11";
const ours = "slipway signature";
const turbo = "turbo run build --dry=json";
const turboBinary = "turbo's own program, --dry=json";

export const jobs: Part = { id: "jobs", title: "Jobs of a pipeline, without Nx", measure };

async function measure(bench: Bench): Promise<Findings> {
  const found: Findings[] = [];
  for (const { count, bound, rounds } of sizes) {
    const folder = await openGraph(bench, scaled(bench, count));
    found.push(await measureGraph(bench, folder, { count: scaled(bench, count), bound, rounds }));
    rmSync(folder, { recursive: true });
  }
  return {
    text: [
      `One graph for both, nothing changed: packages of 51 files, six deep. For ours each is a job of \`cig.toml\` that reads its package; for Turborepo ${turboVersion}, installed in the workspace and with all files committed, a package with the script \`build\`. Both print one signature a job.`,
    ],
    tables: found.flatMap(({ tables }) => tables),
    targets: found.flatMap(({ targets }) => targets),
  };
}

async function openGraph(bench: Bench, count: number): Promise<string> {
  const folder = path.join(bench.folder, `jobs-${count}`);
  bench.say(`workspace: ${count} jobs`);
  generateJobs(folder, count);
  const install = ["--no-audit", "--no-fund", "--ignore-scripts", "--save-dev", "--save-exact"];
  const words = ["npm", "install", ...install, `turbo@${turboVersion}`] as const;
  await outputOf(bench, { words: [...words], folder });
  await commitAll(bench, folder);
  return folder;
}

async function measureGraph(
  bench: Bench,
  folder: string,
  graph: { readonly count: number; readonly bound: number; readonly rounds: number },
): Promise<Findings> {
  const title = `${graph.count} jobs, nothing changed`;
  const found = await race(
    bench,
    title,
    await contenders(bench, folder, graph.count),
    graph.rounds,
  );
  const targets = [turbo, turboBinary].map((peer) => ratioTarget(found, ours, peer, graph.bound));
  return {
    text: [],
    tables: [raceTable(title, found, [turbo, turboBinary])],
    targets: targets.map((target) => ({ ...target, what: `${target.what}, ${title}` })),
  };
}

/** What the jobs are compared with has been recorded, so that none has to run. */
async function contenders(
  bench: Bench,
  folder: string,
  count: number,
): Promise<readonly Contender[]> {
  const words = ["slipway", "signature", "--json"] as const;
  await outputOf(bench, { words: [...words, "--record"], folder });
  return [
    { name: ours, command: { words, folder }, problem: (output) => oursProblem(output, count) },
    ...[
      [turbo, "node_modules/.bin/turbo"] as const,
      [
        turboBinary,
        `node_modules/@turbo/${process.platform}-${turboArchitecture()}/bin/turbo`,
      ] as const,
    ].map(([name, program]): Contender => ({
      name,
      command: { words: [path.join(folder, program), "run", "build", "--dry=json"], folder },
      problem: (output) => turboProblem(output, count),
    })),
  ];
}

function turboArchitecture(): string {
  return process.arch === "x64" ? "64" : process.arch;
}

const OurAnswer = z.object({ jobs: z.record(z.string(), z.string()), unchanged: z.number() });
const TurboAnswer = z.object({ tasks: z.array(z.object({ hash: z.string() })) });

function oursProblem(output: string, count: number): string | undefined {
  const { jobs: signatures, unchanged } = OurAnswer.parse(JSON.parse(output));
  const found = Object.keys(signatures).length;
  const isWhole = found === count && unchanged === count;
  return isWhole ? undefined : `${found} jobs, ${unchanged} unchanged, and not ${count}`;
}

function turboProblem(output: string, count: number): string | undefined {
  const found = TurboAnswer.parse(JSON.parse(output)).tasks.length;
  return found === count ? undefined : `${found} tasks and not ${count}`;
}
