import type { EvaluationResult } from "./evaluation-protocol.ts";
import type { SparseMemory } from "./sparse-memory.ts";

/** How far a process is evaluated; `nonce` is that of the last evaluated message, -1 before the first. */
export type Progress = {
  readonly nonce: number;
  readonly memory: SparseMemory | undefined;
  /** By nonce; the results before a snapshot are not all kept in it. */
  readonly results: ReadonlyMap<number, EvaluationResult>;
};
