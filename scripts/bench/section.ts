import { z } from "zod";
import type { Bench } from "./bench.ts";
import { peakOf, ratioOf, turnsOf, wallOf } from "./race.ts";
import type { Race } from "./race.ts";
import { spreadOf } from "./spread.ts";

const Target = z.strictObject({
  what: z.string(),
  figure: z.number(),
  side: z.enum(["at most", "at least"]),
  bound: z.number(),
  unit: z.enum(["×", "ms", "MB", "%", "in all"]),
});

const Table = z.strictObject({
  title: z.string(),
  head: z.array(z.string()).readonly(),
  rows: z.array(z.array(z.string()).readonly()).readonly(),
});

/** Cost of one tree size; what the chart draws. */
const Point = z.strictObject({ files: z.number(), microsecondsPerFile: z.number() });
const Line = z.strictObject({ name: z.string(), points: z.array(Point).readonly() });

const Findings = z.strictObject({
  /** Paragraphs: what is compared with what. */
  text: z.array(z.string()).readonly(),
  tables: z.array(Table).readonly(),
  targets: z.array(Target).readonly(),
  lines: z.array(Line).readonly(),
});

/** What one part of a bench found, with the day and the machine, as it is kept in docs/benchmarks.json. */
export const Section = z.strictObject({
  id: z.string(),
  title: z.string(),
  measured: z.string(),
  ...Findings.shape,
});

export type Target = Readonly<z.infer<typeof Target>>;
export type Table = Readonly<z.infer<typeof Table>>;
export type Line = Readonly<z.infer<typeof Line>>;
export type Section = Readonly<z.infer<typeof Section>>;
export type Findings = {
  readonly text: readonly string[];
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  readonly lines?: readonly Line[];
};

/** A part of the bench: one word for `make bench ROWS=word`. */
export type Part = {
  readonly id: string;
  readonly title: string;
  readonly measure: (bench: Bench) => Promise<Findings>;
};

/** Rows by name, with the ratio to each of the peers. */
export function raceTable(title: string, found: Race, peers: readonly string[]): Table {
  return {
    title,
    head: ["", "ms", "min", "max", "CPU ms", "peak MB", ...peers.map((peer) => `× ${peer}`)],
    rows: [...found.keys()].map((name) => {
      const wall = wallOf(found, name);
      const cpu = spreadOf(turnsOf(found, name).map(({ cpuMs }) => cpuMs));
      const times = [wall.median, wall.min, wall.max, cpu.median].map((ms) => ms.toFixed(0));
      const ratios = peers.map((peer) => ratioOf(found, name, peer).median.toFixed(2));
      return [name, ...times, peakOf(found, name).toFixed(0), ...ratios];
    }),
  };
}

/** How many times as long as the peer a contender may take. */
export function ratioTarget(found: Race, name: string, peer: string, bound: number): Target {
  const what = `${name}, against ${peer}`;
  return { what, figure: ratioOf(found, name, peer).median, side: "at most", bound, unit: "×" };
}

export function peakTarget(found: Race, name: string, bound: number): Target {
  const what = `${name}, peak memory`;
  return { what, figure: peakOf(found, name), side: "at most", bound, unit: "MB" };
}
