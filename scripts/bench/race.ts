import { readFileSync } from "node:fs";
import path from "node:path";
import type { Bench } from "./bench.ts";
import { run } from "./processes.ts";
import type { Command } from "./processes.ts";
import { spreadOf } from "./spread.ts";
import type { Spread } from "./spread.ts";

export type Contender = {
  readonly name: string;
  readonly command: Command;
  /** Before each of its turns, untimed. */
  readonly prepare?: (round: number) => Promise<void> | void;
  /** What is wrong with the output, so that no figure is that of a failure. */
  readonly problem: (output: string) => string | undefined;
};

export type Turn = { readonly wallMs: number; readonly cpuMs: number; readonly peakMb: number };

/** The turns of every contender, by its name, in the order of the rounds. */
export type Race = ReadonlyMap<string, readonly Turn[]>;

/** The slowest turn of a healthy contender takes a tenth of it. */
const patienceMs = 120_000;
const msPerSecond = 1000;
const nanosecondsPerMs = 1e6;
const kibibytesPerMb = 1e6 / 1024;

async function takeTurn(bench: Bench, { name, command, problem }: Contender): Promise<Turn> {
  const figures = path.join(bench.folder, "figures");
  const words = [bench.programs.measure, figures, ...command.words] as const;
  const patience = AbortSignal.timeout(patienceMs);
  const signal = AbortSignal.any([bench.signal, patience]);
  const { code, output, errors } = await run({ ...bench, signal }, { ...command, words }).catch(
    (error: unknown) => {
      if (!patience.aborted || bench.signal.aborted) throw error;
      throw new Error(`${name} was stopped after ${patienceMs / msPerSecond} s`, { cause: error });
    },
  );
  if (code !== 0) throw new Error(`${name}: not measured: ${errors}`);
  const { status, ...turn } = readFigures(figures);
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${errors}${output}`);
  const wrong = problem(output);
  if (wrong !== undefined) throw new Error(`${name}: ${wrong}\n${errors}${output.slice(0, 500)}`);
  return turn;
}

/** What `measure` wrote. */
export function readFigures(file: string): Turn & { readonly status: number } {
  const [wall, cpu, peak, status] = readFileSync(file, "utf8").split(" ").map(Number);
  if (wall === undefined || cpu === undefined || peak === undefined || status === undefined) {
    throw new Error(`internal: ${file} has fewer figures than expected`);
  }
  return {
    wallMs: wall / nanosecondsPerMs,
    cpuMs: cpu / nanosecondsPerMs,
    peakMb: peak / kibibytesPerMb,
    status,
  };
}

/** One untimed round, then every contender once a round in turn, so that a slow moment of the machine hits them alike. */
export async function race(
  bench: Bench,
  title: string,
  contenders: readonly Contender[],
  askedRounds: number,
): Promise<Race> {
  const rounds = bench.rounds ?? askedRounds;
  const turns = new Map<string, readonly Turn[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    bench.say(`${title}: ${round === 0 ? "warming up" : `round ${round} of ${rounds}`}`);
    for (const contender of rotated(contenders, round)) {
      await contender.prepare?.(round);
      const turn = await takeTurn(bench, contender);
      if (round > 0) turns.set(contender.name, [...(turns.get(contender.name) ?? []), turn]);
    }
  }
  return turns;
}

/** Nobody always runs right after the same other one. */
function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

export function turnsOf(found: Race, name: string): readonly Turn[] {
  const turns = found.get(name);
  if (turns === undefined || turns.length === 0) throw new Error(`internal: ${name} did not race`);
  return turns;
}

export function wallOf(found: Race, name: string): Spread {
  return spreadOf(turnsOf(found, name).map(({ wallMs }) => wallMs));
}

/** Of the largest process of a turn, the largest of all turns. */
export function peakOf(found: Race, name: string): number {
  return Math.max(...turnsOf(found, name).map(({ peakMb }) => peakMb));
}

/** How many times as long as the peer, round by round. */
export function ratioOf(found: Race, name: string, peer: string): Spread {
  const peers = turnsOf(found, peer);
  return spreadOf(
    turnsOf(found, name).map(({ wallMs }, round) => wallMs / (peers[round]?.wallMs ?? Number.NaN)),
  );
}

/** Milliseconds more than another contender of the same round. */
export function beyond(found: Race, name: string, other: string): Spread {
  const others = turnsOf(found, other);
  return spreadOf(
    turnsOf(found, name).map(({ wallMs }, round) => wallMs - (others[round]?.wallMs ?? Number.NaN)),
  );
}
