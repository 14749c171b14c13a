import type { Place } from "@slipway/signature";

/** One thing wrong in a TOML file of a pipeline; `line` and `column` count from 1. */
export type PipelineProblem = {
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
  readonly at: Place;
  readonly line: number;
  readonly column: number;
};
