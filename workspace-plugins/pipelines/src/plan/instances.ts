import { compareBytes } from "@slipway/signature/basics";
import type { Job } from "../definition/job.ts";
import type { Matrix } from "../definition/matrix.ts";

/** One run of a job: without a matrix there is one, with no values. */
export type Instance = {
  /** In the order of the bytes of their dimensions. */
  readonly values: Readonly<Record<string, string>>;
};

type Row = Readonly<Record<string, string | number | boolean>>;
type Choice = { readonly given: Row; readonly added: Row };

const kept = ["include", "exclude", "rows"];

/**
 * Every choice of one value a dimension, without those that a row of `exclude` fits; a row of `include` adds its other values
 * to each choice that it fits, and is one more job where it fits none, as GitHub Actions reads it. `rows` are the jobs themselves.
 */
export function instancesOf({ matrix }: Pick<Job, "matrix">): readonly Instance[] {
  if (matrix === undefined) return [{ values: {} }];
  if (matrix.rows !== undefined) return matrix.rows.map(instanceOf);
  const chosen = choicesOf(matrix)
    .filter((choice) => matrix.exclude?.some((row) => fits(row, choice)) !== true)
    .map((given): Choice => ({ given, added: {} }));
  const more: Choice[] = [];
  for (const row of matrix.include ?? []) {
    const fitting = chosen.filter(({ given }) => isFreeBeside(row, given));
    if (fitting.length === 0) more.push({ given: {}, added: row });
    for (const choice of fitting) {
      chosen[chosen.indexOf(choice)] = { given: choice.given, added: { ...choice.added, ...row } };
    }
  }
  return [...chosen, ...more].map(({ given, added }) => instanceOf({ ...added, ...given }));
}

function choicesOf(matrix: Matrix): readonly Row[] {
  const dimensions = Object.entries(matrix)
    .filter(([name]) => !kept.includes(name))
    .toSorted(([a], [b]) => compareBytes(a, b));
  if (dimensions.length === 0) return [];
  return dimensions.reduce<readonly Row[]>(
    (before, [dimension, values = []]) =>
      before.flatMap((row) =>
        values.flatMap((value) =>
          typeof value === "object" ? [] : [{ ...row, [dimension]: value }],
        ),
      ),
    [{}],
  );
}

function fits(row: Row, choice: Row): boolean {
  return Object.entries(row).every(([name, value]) => String(choice[name]) === String(value));
}

/** A row never changes a value that the dimensions gave. */
function isFreeBeside(row: Row, given: Row): boolean {
  return Object.entries(row).every(
    ([name, value]) => !Object.hasOwn(given, name) || String(given[name]) === String(value),
  );
}

function instanceOf(row: Row): Instance {
  const sorted = Object.entries(row).toSorted(([a], [b]) => compareBytes(a, b));
  return { values: Object.fromEntries(sorted.map(([name, value]) => [name, String(value)])) };
}
