/** How an evaluation can come to no answer of the module. */
export type EvaluationFailure =
  | { readonly reason: "evaluation-timeout"; readonly timeoutMs: number }
  | { readonly reason: "evaluation-failed"; readonly detail: string }
  | { readonly reason: "evaluation-stopped" };
