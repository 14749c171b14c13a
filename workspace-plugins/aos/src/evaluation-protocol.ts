import { z } from "zod";

const Memory = z.strictObject({
  pageCount: z.int().nonnegative(),
  pages: z.array(z.int().nonnegative()).readonly(),
  bytes: z.instanceof(Uint8Array),
});

/** What the evaluator is asked: one message on one memory. It keeps nothing between questions. */
export const EvaluationRequest = z.strictObject({
  memory: Memory.optional(),
  message: z.record(z.string(), z.unknown()),
  environment: z.record(z.string(), z.unknown()),
  /** Nobody wants the memory afterwards, which takes as long to look through as a short message to evaluate. */
  isTrial: z.boolean().optional(),
});
export type EvaluationRequest = z.output<typeof EvaluationRequest>;

/** What a compute unit answers about a message: the output of the module without its memory. */
export const EvaluationResult = z.looseObject({ Error: z.unknown().optional() });
export type EvaluationResult = z.output<typeof EvaluationResult>;

export const EvaluationReply = z.strictObject({
  result: EvaluationResult,
  /** The memory afterwards; absent of a trial, and where the result has an error, as its changes are dropped. */
  memory: Memory.optional(),
  /** What a metered module used; absent of one that is not metered. */
  gas: z.number().positive().optional(),
});
export type EvaluationReply = z.output<typeof EvaluationReply>;
