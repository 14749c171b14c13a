import type { Ground } from "./processes.ts";

/** What every part of a bench works with. */
export type Bench = Ground & {
  /** Where generated trees lie; they outlive the bench when the user named the folder. */
  readonly trees: string;
  /** 1 for the figures of the table; less makes all counts smaller, to try a part. */
  readonly scale: number;
  /** Instead of the rounds that a part asks for. */
  readonly rounds: number | undefined;
  readonly programs: { readonly measure: string; readonly floor: string };
  readonly say: (line: string) => void;
};

export function scaled(bench: Bench, count: number): number {
  return Math.max(1, Math.round(count * bench.scale));
}
