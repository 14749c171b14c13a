import { ok } from "./result.ts";
import type { Result } from "./result.ts";

/** At most `limit` at a time, results in the order of `items`. The first failure stops what has not begun. */
export async function inParallel<Item, Value, Failure>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result<Value, Failure>>,
): Promise<Result<readonly Value[], Failure>> {
  const values = new Map<number, Value>();
  const waiting = items.entries();
  let failed: Result<never, Failure> | undefined;
  const worker = async (): Promise<void> => {
    for (const [at, item] of waiting) {
      const result = await work(item);
      if (result.ok) values.set(at, result.value);
      else failed ??= result;
      if (failed !== undefined) return;
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return failed ?? ok([...values].toSorted(([a], [b]) => a - b).map(([, value]) => value));
}
