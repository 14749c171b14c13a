import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { removeOwn } from "@slipway/images";
import { scaled } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { linesOf } from "./lines.ts";
import { openNxWorkspace } from "./nx-workspace.ts";
import { outputOf } from "./processes.ts";
import { beyond, race } from "./race.ts";
import type { Contender } from "./race.ts";
import { raceTable } from "./section.ts";
import type { Findings, Part } from "./section.ts";

const imageCount = 100;
/** Of the base that all others stand on, as agents do. */
const lowest = 0;
const rounds = 9;
const ours = "nx run-many -t image";
const noop = "the same with nx:noop";
const mostMs = 1000;
const mostQueries = 1;

export const imageTargets: Part = {
  id: "targets",
  title: "Images: many targets, nothing changed",
  measure,
};

async function measure(bench: Bench): Promise<Findings> {
  const count = scaled(bench, imageCount);
  const workspace = `slipway-bench-${process.pid}`;
  const folders = {
    ours: await openWorkspace(bench, { name: workspace, count, kind: "ours" }),
    noop: await openWorkspace(bench, { name: "noop", count, kind: "noop" }),
  };
  try {
    bench.say(`${count} images are built`);
    await outputOf(bench, { words: ["nx", "run-many", "-t", "image"], folder: folders.ours });
    // What Nx finds in the outputs of a task that does nothing, it keeps and restores as it does ours.
    copyOutputs(folders.ours, folders.noop);
    await outputOf(bench, { words: ["nx", "run-many", "-t", "image"], folder: folders.noop });
    const title = `${count} image targets, nothing changed`;
    const contenders = [cached(ours, folders.ours, count), cached(noop, folders.noop, count)];
    const found = await race(bench, title, contenders, rounds);
    return {
      text: [
        `\`NX_DAEMON=false\`, and \`NX_ISOLATE_PLUGINS=false\` in \`.env\` as in this repository. ${count} bases of one file each, all but the first of them on the first, built once and their layouts in place; the peer has the same files, the same graph of targets and the same outputs, with \`nx:noop\`. Every task of both is found in Nx's cache, which without its daemon writes the outputs of each again. The queries are those of the last round, as the command's own record has them.`,
      ],
      tables: [raceTable(title, found, [noop])],
      targets: [
        {
          what: `${ours}, ${title}: time beyond ${noop}`,
          figure: beyond(found, ours, noop).median,
          side: "at most",
          bound: mostMs,
          unit: "ms",
        },
        {
          what: `${ours}, ${title}: queries of the engine`,
          figure: askedIn(folders.ours),
          side: "at most",
          bound: mostQueries,
          unit: "in all",
        },
      ],
    };
  } finally {
    await removeOwn({ workspace, counted: () => undefined, signal: bench.signal });
  }
}

type WorkspaceShape = {
  readonly name: string;
  readonly count: number;
  readonly kind: "ours" | "noop";
};

async function openWorkspace(bench: Bench, { name, count, kind }: WorkspaceShape): Promise<string> {
  const files = Array.from({ length: count }, (_, index) => {
    const noopFiles = kind === "noop" ? { "project.json": noopProject(index) } : {};
    return Object.entries({ ...baseFiles(index), ...noopFiles }).map(
      ([file, content]) => [`bases/${nameOf(index)}/${file}`, content] as const,
    );
  });
  return openNxWorkspace(bench, path.join(bench.folder, "image-targets", kind), {
    name,
    plugins: kind === "ours" ? ["@slipway/executors/plugin", "@slipway/images/plugin"] : [],
    files: Object.fromEntries(files.flat()),
  });
}

function copyOutputs(from: string, to: string): void {
  for (const base of readdirSync(path.join(from, "bases"))) {
    const outputs = path.join("bases", base, "dist");
    cpSync(path.join(from, outputs), path.join(to, outputs), { recursive: true });
  }
}

function nameOf(index: number): string {
  return `bench-${String(index).padStart(3, "0")}`;
}

function baseFiles(index: number): Readonly<Record<string, string>> {
  const from = index === lowest ? "scratch" : `slipway/base:${nameOf(lowest)}`;
  return {
    "base.yml": `from_image: ${from}\nbase_image_distro: None\nbase_image_description: ${nameOf(index)}\narchitectures: [amd64, arm64]\n`,
    Dockerfile: `ARG FROM_IMAGE\nFROM \${FROM_IMAGE}\nCOPY note /${nameOf(index)}\n`,
    note: `${nameOf(index)}\n`,
  };
}

function noopProject(index: number): object {
  const dependsOn =
    index === lowest ? {} : { dependsOn: [{ projects: [nameOf(lowest)], target: "image" }] };
  return {
    name: nameOf(index),
    targets: {
      image: {
        executor: "nx:noop",
        cache: true,
        outputs: ["{projectRoot}/dist/image"],
        ...dependsOn,
      },
    },
  };
}

function cached(name: string, folder: string, count: number): Contender {
  return {
    name,
    command: { words: ["nx", "run-many", "-t", "image"], folder },
    prepare: () => rmSync(runsIn(folder), { recursive: true, force: true }),
    problem: (output) =>
      output.includes(`for ${count} out of ${count} tasks`)
        ? undefined
        : `not all of ${count} tasks were in the cache`,
  };
}

/** How often the engine was asked since the records of commands were removed. */
function askedIn(folder: string): number {
  const runs = runsIn(folder);
  return readdirSync(runs, { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === "asked.ndjson")
    .flatMap((file) => linesOf(readFileSync(path.join(runs, file), "utf8")))
    .filter((line) => line.includes('"world":"engine"')).length;
}

function runsIn(folder: string): string {
  return path.join(folder, ".slipway", "runs");
}
