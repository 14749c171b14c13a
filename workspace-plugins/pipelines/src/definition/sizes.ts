import { tableOf } from "./toml-table.ts";

type Problem = { readonly path: readonly (string | number)[]; readonly message: string };

/** Of a file, each job of a matrix counted: no provider takes more, and a matrix has as many as its lists multiplied. */
const mostJobs = 10_000;

/** Told at the job with which there are too many, and before any matrix is written out. */
export function jobCountProblems(jobs: readonly MatrixJob[]): readonly Problem[] {
  let count = 0;
  for (const { id, job } of jobs) {
    const { matrix } = job;
    count += choiceCount(matrix);
    if (count <= mostJobs) continue;
    const path = ["jobs", id, ...(matrix === undefined ? [] : ["matrix"])];
    return [{ path, message: `with it there are ${count} jobs, and ${mostJobs} at most may be` }];
  }
  return [];
}

type MatrixJob = { readonly id: string; readonly job: Readonly<Record<string, unknown>> };

function choiceCount(matrix: unknown): number {
  if (matrix === undefined) return 1;
  const { include, exclude: _exclude, rows, ...dimensions } = tableOf(matrix);
  if (rows !== undefined) return lengthOf(rows);
  const lists = Object.values(dimensions);
  const chosen = lists.reduce<number>((product, values) => product * lengthOf(values), 1);
  return (lists.length === 0 ? 0 : chosen) + lengthOf(include);
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}
