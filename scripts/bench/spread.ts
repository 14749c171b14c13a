import { z } from "zod";

/** What several rounds gave. The median is the figure; the others say how quiet the machine was. */
export const Spread = z.strictObject({ median: z.number(), min: z.number(), max: z.number() });
export type Spread = Readonly<z.infer<typeof Spread>>;

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  };
}
