/** How often a check that fails is asked again, and in how much time. */
export type Patience = { readonly withinMs: number; readonly retries: number };

/** One question and no more. */
export const noPatience: Patience = { withinMs: 0, retries: 0 };

/** What is waited before each repetition, in ms: each twice the one before, all of them the time there is. */
export function retryWaits({ withinMs, retries }: Patience): readonly number[] {
  const parts = 2 ** retries - 1;
  return Array.from({ length: retries }, (_, at) => Math.floor((withinMs * 2 ** at) / parts));
}
