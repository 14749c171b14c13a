import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { scaled } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { outputOf } from "./processes.ts";
import { race, wallOf } from "./race.ts";
import { peakTarget, raceTable } from "./section.ts";
import type { Findings, Part } from "./section.ts";

const jobCount = 1000;
const rounds = 11;
const wallBoundMs = 2000;
const peakBoundMb = 300;
const outputs = {
  github: ".github/workflows/ci.yml",
  circleci: ".circleci/config.yml",
  buildkite: ".buildkite/pipeline.yml",
  jenkins: "Jenkinsfile",
};

export const pipelines: Part = { id: "pipelines", title: "Pipelines for four providers", measure };

async function measure(bench: Bench): Promise<Findings> {
  const folder = path.join(bench.folder, "pipelines");
  const count = scaled(bench, jobCount);
  mkdirSync(folder);
  writeFileSync(path.join(folder, "cig.toml"), pipelineOf(count));
  await outputOf(bench, { words: ["git", "init", "--quiet"], folder });
  const contenders = ["plan", "render"].map((verb) => ({
    name: `slipway ci ${verb}`,
    command: { words: ["slipway", "ci", verb], folder } as const,
    problem: (output: string) =>
      Object.values(outputs).every((file) => output.includes(file))
        ? undefined
        : "a file is missing",
  }));
  const title = `${count} jobs`;
  const found = await race(bench, title, contenders, rounds);
  return {
    text: [
      "One `cig.toml` of jobs with two steps and a need each, for GitHub, CircleCI, Buildkite and Jenkins: a provider is a process. The time is that of all together, the peak that of the largest process alone.",
    ],
    tables: [raceTable(title, found, [])],
    targets: contenders.flatMap(({ name }) => [
      {
        what: `${name}, ${title}`,
        figure: wallOf(found, name).median,
        side: "at most",
        bound: wallBoundMs,
        unit: "ms",
      } as const,
      {
        ...peakTarget(found, name, peakBoundMb),
        what: `${name}, ${title}, peak memory of its largest process`,
      },
    ]),
  };
}

const jobsOfALayer = 10;

function pipelineOf(count: number): string {
  const jobs = Array.from({ length: count }, (_, at) => {
    const needs = at < jobsOfALayer ? "" : `needs = ["j${at - jobsOfALayer}"]\n`;
    const steps = `[{ run = "make ${at}" }, { name = "two", run = "echo ${at}", env = { A = "${at}" } }]`;
    return `[jobs.j${at}]\nsource_files = ["src/${at}/**"]\n${needs}steps = ${steps}\n`;
  });
  const rendered = Object.entries(outputs).map(
    ([provider, file]) => `[[outputs]]\nprovider = "${provider}"\npath = "${file}"\n`,
  );
  return ['version = "0.2"\n[project]\nname = "big"\n', ...jobs, ...rendered].join("");
}
