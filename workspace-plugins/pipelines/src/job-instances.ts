import { compareBytes } from "@slipway/signature";
import type { Job } from "./pipeline.ts";

export type MatrixValue = string | number | boolean;

/** One run of a job: without a matrix there is one, with no values. */
export type JobInstance = {
  /** `job`, or `job[arch=amd64,ruby=3.3]`: dimensions in the order of their bytes. */
  readonly name: string;
  readonly values: Readonly<Record<string, MatrixValue>>;
};

/** Every choice of one value a dimension. */
export function instancesOf(
  id: string,
  { matrix = {} }: Pick<Job, "matrix">,
): readonly JobInstance[] {
  const dimensions = Object.entries(matrix).toSorted(([a], [b]) => compareBytes(a, b));
  const choices = dimensions.reduce<readonly (readonly (readonly [string, MatrixValue])[])[]>(
    (before, [dimension, values]) =>
      before.flatMap((chosen) => values.map((value) => [...chosen, [dimension, value] as const])),
    [[]],
  );
  return choices.map((chosen) => ({
    name: chosen.length === 0 ? id : `${id}[${chosen.map(nameOf).join(",")}]`,
    values: Object.fromEntries(chosen),
  }));
}

/** Whatever is in a value, two instances never share a name. */
function nameOf([dimension, value]: readonly [string, MatrixValue]): string {
  return `${dimension}=${encodeURIComponent(String(value))}`;
}
