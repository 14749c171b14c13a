import { copyFileSync, existsSync, mkdirSync, mkdtempSync } from "node:fs";
import path from "node:path";
import { scaled } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { expectText } from "./contenders.ts";
import { expectInstalled, installOf, openFleet } from "./package-fleet.ts";
import type { PackageFleet } from "./package-fleet.ts";
import { outputOf } from "./processes.ts";
import { beyond, race, ratioOf } from "./race.ts";
import { raceTable } from "./section.ts";
import type { Findings, Part } from "./section.ts";

const ours = "slipway pkg install";
const start = "node -e 0";
const singly = "one request at a time";
const singlyProgram = path.join(import.meta.dirname, "install-singly.ts");
const latencyMs = 50;

export const install: Part = { id: "install", title: "Agent packages: install", measure };

async function measure(bench: Bench): Promise<Findings> {
  const found = [await measureWarm(bench), await measureCold(bench)];
  return {
    text: [
      "Half of the packages are Python and half JavaScript. The registry is one in the memory of the bench, which counts the connections that are made to it. With a warm store every file is there already and read again. With an empty one each answer of the registry comes 50 ms later than it is asked for; `one request at a time` is the same installation by the same library, with a client that never has two requests under way.",
    ],
    tables: found.flatMap(({ tables }) => tables),
    targets: found.flatMap(({ targets }) => targets),
  };
}

async function measureWarm(bench: Bench): Promise<Findings> {
  const packages = scaled(bench, 200);
  await using fleet = await openFleet(bench, { packages, files: 20, sizeBytes: 1024 });
  const { project, home } = placeFor(bench, fleet);
  const command = installOf(project, home);
  await outputOf(bench, command);
  const before = fleet.registry.connections();
  const title = `${packages} packages of 20 files of 1 KiB, warm store`;
  const contenders = [
    { name: ours, command, problem: expectInstalled(packages) },
    {
      name: start,
      command: { words: ["node", "-e", "0"], folder: project } as const,
      problem: expectText(""),
    },
  ];
  const found = await race(bench, title, contenders, 11);
  return {
    text: [],
    tables: [raceTable(title, found, [start])],
    targets: [
      {
        what: `${ours} beyond ${start}, ${title}`,
        figure: beyond(found, ours, start).median,
        side: "at most",
        bound: 500,
        unit: "ms",
      },
      {
        what: `${ours}, connections to the registry, ${title}`,
        figure: fleet.registry.connections() - before,
        side: "at most",
        bound: 0,
        unit: "in all",
      },
    ],
  };
}

async function measureCold(bench: Bench): Promise<Findings> {
  const packages = scaled(bench, 50);
  await using fleet = await openFleet(bench, { packages, files: 1, sizeBytes: 1024 ** 2 });
  fleet.delay(latencyMs);
  const { project, home } = placeFor(bench, fleet);
  const title = `${packages} packages of 1 MiB, empty store, ${latencyMs} ms before each answer`;
  const prepare = async (): Promise<void> => forget(bench, project, home);
  const problem = expectInstalled(packages);
  const command = installOf(project, home);
  const words = ["node", singlyProgram] as const;
  const contenders = [
    { name: ours, command, prepare, problem },
    { name: singly, command: { ...command, words }, prepare, problem },
  ];
  const found = await race(bench, title, contenders, 5);
  return {
    text: [],
    tables: [raceTable(title, found, [singly])],
    targets: [
      {
        what: `${ours}, times as quick as ${singly}, ${title}`,
        figure: ratioOf(found, singly, ours).median,
        side: "at least",
        bound: 5,
        unit: "×",
      },
    ],
  };
}

function placeFor(
  bench: Bench,
  fleet: PackageFleet,
): { readonly project: string; readonly home: string } {
  const project = mkdtempSync(path.join(bench.folder, "project-"));
  const home = path.join(project, "home");
  mkdirSync(home);
  copyFileSync(fleet.lock, path.join(project, "aigogo.lock"));
  return { project, home };
}

/** The store's folders are read-only, even for those who remove them. */
async function forget(bench: Bench, project: string, home: string): Promise<void> {
  for (const folder of [path.join(home, ".aigogo"), path.join(project, ".aigogo")]) {
    if (!existsSync(folder)) continue;
    await outputOf(bench, { words: ["chmod", "-R", "u+w", folder], folder: project });
    await outputOf(bench, { words: ["rm", "-r", folder], folder: project });
  }
}
