// Measures what docs/benchmarks.md shows. ROWS=cold,warm: some parts only; KEEP=folder: generated trees stay there for the
// next time. SCALE=0.1 and ROUNDS=2 try a part on smaller trees, and then docs is left as it is and a chart is drawn beside
// the kept trees.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeFileAtomically } from "@slipway/signature";
import { z } from "zod";
import type { Bench } from "./bench/bench.ts";
import { cold } from "./bench/cold.ts";
import { deployments } from "./bench/deployments.ts";
import { explained } from "./bench/explained.ts";
import { growth } from "./bench/growth.ts";
import { images } from "./bench/images.ts";
import { imageTargets } from "./bench/image-targets.ts";
import { install } from "./bench/install.ts";
import { installsTogether } from "./bench/installs-together.ts";
import { jobs } from "./bench/jobs.ts";
import { large } from "./bench/large.ts";
import { largeLayer } from "./bench/large-layer.ts";
import { nxProjects } from "./bench/nx-projects.ts";
import { warm } from "./bench/warm.ts";
import { watched } from "./bench/watched.ts";
import { renderDocument, renderTarget } from "./bench/document.ts";
import { renderChart } from "./bench/growth-chart.ts";
import { describeMachine } from "./bench/machine.ts";
import { plugins } from "./bench/plugins.ts";
import { pipelines } from "./bench/pipelines.ts";
import { pool } from "./bench/pool.ts";
import { repository } from "./bench/processes.ts";
import { compilePrograms, installPeers } from "./bench/programs.ts";
import { Section } from "./bench/section.ts";
import type { Part } from "./bench/section.ts";

const parts: readonly Part[] = [
  cold,
  warm,
  watched,
  large,
  nxProjects,
  jobs,
  plugins,
  pipelines,
  explained,
  pool,
  growth,
  install,
  largeLayer,
  installsTogether,
  images,
  imageTargets,
  deployments,
];
const docs = path.join(repository, "docs");
const recorded = path.join(docs, "benchmarks.json");

const Settings = z.object({
  ROWS: z.string().default(""),
  KEEP: z.string().optional(),
  SCALE: z.coerce.number().positive().max(1).default(1),
  ROUNDS: z.coerce.number().int().positive().optional(),
});

const msPerSecond = 1000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

function chosenParts(rows: string): readonly Part[] {
  const wanted = rows.split(",").filter((row) => row !== "");
  const unknown = wanted.filter((row) => !parts.some(({ id }) => id === row));
  if (unknown.length > 0) {
    throw new Error(
      `no part ${unknown.join(", ")}; ROWS can name ${parts.map(({ id }) => id).join(", ")}`,
    );
  }
  return parts.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
}

/** The sections of earlier times, those of `fresh` in place of their own. */
function mergedWith(fresh: readonly Section[]): readonly Section[] {
  const kept = existsSync(recorded)
    ? z.array(Section).parse(JSON.parse(readFileSync(recorded, "utf8")))
    : [];
  return parts.flatMap(({ id }) => [...fresh, ...kept].find((section) => section.id === id) ?? []);
}

async function writeDocs(fresh: readonly Section[]): Promise<void> {
  const sections = mergedWith(fresh);
  await writeFileAtomically(recorded, `${JSON.stringify(sections, undefined, 2)}\n`);
  await writeChart(docs, sections);
  await writeFileAtomically(path.join(docs, "benchmarks.md"), renderDocument(sections));
}

/** Into the folder of the document that shows it. */
async function writeChart(folder: string, sections: readonly Section[]): Promise<void> {
  const lines = sections.flatMap((section) => section.lines);
  if (lines.length === 0) return;
  const file = path.join(folder, "growth.svg");
  await writeFileAtomically(
    file,
    renderChart("Cost per file beyond the start of the process", lines),
  );
  say(`   drawn in ${file}`);
}

async function measurePart(bench: Bench, part: Part): Promise<Section | undefined> {
  say(`== ${part.id}: ${part.title}`);
  const begunMs = performance.now();
  const measured = await describeMachine(bench);
  try {
    const found = await part.measure(bench);
    for (const target of found.targets) say(`   ${renderTarget(target).join(", ")}`);
    say(`   measured in ${((performance.now() - begunMs) / msPerSecond).toFixed(0)} s`);
    const { text, tables, targets, lines = [] } = found;
    return Section.parse({
      id: part.id,
      title: part.title,
      measured,
      text,
      tables,
      targets,
      lines,
    });
  } catch (error) {
    bench.signal.throwIfAborted();
    say(`FAILED ${part.id}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function main(signal: AbortSignal): Promise<number> {
  const { ROWS, KEEP, SCALE, ROUNDS } = Settings.parse(process.env);
  const chosen = chosenParts(ROWS);
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-bench-"));
  try {
    const trees = path.resolve(KEEP ?? path.join(folder, "trees"));
    mkdirSync(trees, { recursive: true });
    await installPeers({ folder, signal });
    const programs = await compilePrograms({ folder, signal });
    const bench: Bench = { folder, signal, trees, scale: SCALE, rounds: ROUNDS, programs, say };
    const failed: string[] = [];
    for (const part of chosen) {
      const section = await measurePart(bench, part);
      if (section === undefined) failed.push(part.id);
      else if (SCALE === 1 && ROUNDS === undefined) await writeDocs([section]);
      else {
        say(renderDocument([section]));
        if (KEEP !== undefined) await writeChart(trees, [section]);
      }
    }
    if (failed.length > 0) say(`not measured: ${failed.join(", ")}`);
    return failed.length > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As a shell says it of SIGINT. */
const interruptedExitCode = 130;
const stopping = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => stopping.abort(new Error(`stopped by ${name}`)));
}
try {
  process.exitCode = await main(stopping.signal);
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = stopping.signal.aborted ? interruptedExitCode : 1;
}
