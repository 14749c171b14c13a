import type { EvaluationResult, SparseMemory } from "@slipway/aos";
import type { Exposed } from "./exposed.ts";

/** How far a process is evaluated; `nonce` is that of the last evaluated message, -1 before the first. */
export type Progress = {
  readonly nonce: number;
  readonly memory: SparseMemory | undefined;
  /** By nonce; the results before a snapshot are not all kept in it. */
  readonly results: ReadonlyMap<number, EvaluationResult>;
  /** What its `patch@1.0` messages have set so far. */
  readonly exposed: Exposed;
};
