import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { inspectEntry, readLock, storeIn } from "@slipway/packages";
import type { LockedPackage } from "@slipway/packages";
import { scaled } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { expectInstalled, installOf, openFleet } from "./package-fleet.ts";
import { outputOf, run } from "./processes.ts";
import { spreadOf } from "./spread.ts";
import type { Findings, Part, Target } from "./section.ts";

const atOnce = 8;
const shape = { packages: 20, files: 10, sizeBytes: 10 * 1024 };

export const installsTogether: Part = {
  id: "together",
  title: "Agent packages: installs that share a store",
  measure,
};

type Round = {
  readonly wallMs: number;
  readonly wrongSurvivors: number;
  readonly wrongEntries: number;
  readonly litter: readonly string[];
};

async function measure(bench: Bench): Promise<Findings> {
  await using fleet = await openFleet(bench, shape);
  const folder = path.join(bench.folder, "together");
  const projects = Array.from({ length: atOnce }, (_, index) => path.join(folder, `app${index}`));
  for (const project of projects) {
    mkdirSync(project, { recursive: true });
    copyFileSync(fleet.lock, path.join(project, "aigogo.lock"));
  }
  const lock = await readLock(fleet.lock, "aigogo.lock");
  if (!lock.ok) throw new Error(JSON.stringify(lock.failure));
  const rounds: Round[] = [];
  const wanted = bench.rounds ?? scaled(bench, 50);
  while (rounds.length < wanted) {
    bench.say(`${atOnce} installs at once, one killed: round ${rounds.length + 1} of ${wanted}`);
    const lastMs = rounds.at(-1)?.wallMs ?? 1000;
    rounds.push(await takeRound(bench, folder, projects, lock.value.packages, lastMs));
  }
  return findingsOf(rounds);
}

/** In an empty store: one of the installs is killed at some moment, and runs again when all others have ended. */
async function takeRound(
  bench: Bench,
  folder: string,
  projects: readonly string[],
  packages: readonly LockedPackage[],
  lastMs: number,
): Promise<Round> {
  const home = path.join(folder, "home");
  await forget(bench, folder, [home, ...projects.map((project) => path.join(project, ".aigogo"))]);
  mkdirSync(home);
  const killing = new AbortController();
  const victim = Math.floor(Math.random() * projects.length);
  const begunMs = performance.now();
  const installs = projects.map(async (project, index) =>
    index === victim
      ? killed(bench, project, home, killing.signal)
      : isRight(await run(bench, installOf(project, home)), project, packages),
  );
  await setTimeout(Math.random() * lastMs);
  killing.abort();
  const right = await Promise.all(installs);
  const wallMs = performance.now() - begunMs;
  const [again = ""] = projects.slice(victim);
  right.push(isRight(await run(bench, installOf(again, home)), again, packages));
  const states = await Promise.all(
    packages.map(async ({ integrity }) => (await inspectEntry(storeIn(home), integrity)).state),
  );
  return {
    wallMs,
    wrongSurvivors: right.filter((one) => !one).length,
    wrongEntries: states.filter((state) => state !== "right").length,
    litter: litterIn(folder),
  };
}

async function killed(
  bench: Bench,
  project: string,
  home: string,
  signal: AbortSignal,
): Promise<true> {
  const ground = { ...bench, signal: AbortSignal.any([bench.signal, signal]) };
  try {
    await run(ground, installOf(project, home));
  } catch (error) {
    bench.signal.throwIfAborted();
    if (!signal.aborted) throw error;
  }
  return true;
}

/** It said so, and what is imported has the bytes that were packed. */
function isRight(
  { code, output }: { readonly code: number; readonly output: string },
  project: string,
  packages: readonly LockedPackage[],
): boolean {
  if (code !== 0 || expectInstalled(packages.length)(output) !== undefined) return false;
  return packages.every(({ key, language }) => {
    const file = language === "python" ? `aigogo/${key}/index.py` : `@aigogo/${key}/index.cjs`;
    const text = readFileSync(path.join(project, ".aigogo/imports", file), "utf8");
    return text.length === shape.sizeBytes && text.startsWith(`"${key} 0";`);
  });
}

/** What a run writes before it is whole, and anything else that a killed one may leave. */
function litterIn(folder: string): readonly string[] {
  const names = globSync(["**/*{.partial-,.damaged-,.next-,.tmp}*", "home/**/incoming/*"], {
    cwd: folder,
  });
  const entries = globSync("home/.aigogo/store/sha256/*/*", { cwd: folder });
  return [...names, ...entries.filter((entry) => !/\/[0-9a-f]{64}$/.test(entry))];
}

async function forget(bench: Bench, folder: string, all: readonly string[]): Promise<void> {
  const there = all.filter((each) => existsSync(each));
  if (there.length === 0) return;
  await outputOf(bench, { words: ["chmod", "-R", "u+w", ...there], folder });
  await outputOf(bench, { words: ["rm", "-r", ...there], folder });
}

function findingsOf(rounds: readonly Round[]): Findings {
  const wall = spreadOf(rounds.map(({ wallMs }) => wallMs));
  const litter = rounds.flatMap((round) => round.litter);
  const none = (what: string, figure: number): Target => ({
    what: `${what}, ${atOnce} installs at once, one killed, ${rounds.length} rounds`,
    figure,
    side: "at most",
    bound: 0,
    unit: "in all",
  });
  const sum = (of: (round: Round) => number): number =>
    rounds.reduce((total, round) => total + of(round), 0);
  return {
    text: [
      `${atOnce} processes of \`slipway pkg install\`, each of its own project with the same lock of ${shape.packages} packages, begin with one empty store; one of them is killed at a random moment and runs again at the end. Then every entry of the store is hashed and every import read.`,
      ...(litter.length === 0
        ? []
        : [`Left behind: ${[...new Set(litter)].slice(0, 5).join(", ")}.`]),
    ],
    tables: [
      {
        title: "All eight, from the first start to the last end",
        head: ["rounds", "ms", "min", "max"],
        rows: [
          [String(rounds.length), ...[wall.median, wall.min, wall.max].map((ms) => ms.toFixed(0))],
        ],
      },
    ],
    targets: [
      none(
        "survivors that were not right",
        sum((round) => round.wrongSurvivors),
      ),
      none(
        "store entries that do not verify",
        sum((round) => round.wrongEntries),
      ),
      none("files that nobody owns", litter.length),
    ],
  };
}
