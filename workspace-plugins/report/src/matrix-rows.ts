import type { Disbelieved, Matrix, MatrixEntry } from "@slipway/images";
import { describeFailure } from "./failures.ts";
import { ingredientWords } from "./ingredient-words.ts";

/** One row for each image that something has to be done with. */
export function matrixRows({ include, of }: Matrix): readonly (readonly string[])[] {
  if (include.length === 0) {
    return [[`nothing to build or test of ${of} ${of === 1 ? "image" : "images"}`]];
  }
  const rows = include.map(({ kind, image, platform, reasons }) => [
    kind,
    image,
    platform,
    reasons.map(ingredientWords).join(", "),
  ]);
  return [["what", "image", "platform", "why"], ...rows];
}

/** As GitHub's `strategy.matrix` takes it: nothing but `include`, and texts alone in it. */
export function matrixJson(include: readonly MatrixEntry[]): string {
  return JSON.stringify({
    include: include.map(({ reasons, ...entry }) => ({
      ...entry,
      reason: reasons.map(ingredientWords).join(", "),
    })),
  });
}

/** GitHub's documentation, "Running variations of jobs in a workflow". */
const mostJobs = 256;

/** Where there are more jobs than GitHub makes of one matrix, which it would refuse as a whole. */
export function limitLines({ include }: Pick<Matrix, "include">): readonly string[] {
  const count = include.length;
  return count > mostJobs
    ? [`${count} jobs, and GitHub takes ${mostJobs} of one matrix: ask for each --arch by itself`]
    : [];
}

/** What is in no matrix since nobody knows. */
export function unknownLines({ unknown }: Pick<Matrix, "unknown">): readonly string[] {
  return unknown.map(
    ({ image, platform, failure }) =>
      `${image} ${platform} is not known, which is no reason to build: ${describeFailure(failure).what}`,
  );
}

/** Lines of a record that count as if they were not there. */
export function disbeliefLines(disbelieved: readonly Disbelieved[]): readonly string[] {
  return disbelieved.map(
    ({ file, line, problem }) => `${file}:${line} does not count: ${problemWords(problem)}`,
  );
}

function problemWords(problem: Disbelieved["problem"]): string {
  switch (problem.kind) {
    case "too-long":
      return "it is longer than any that is written";
    case "tampered":
      return `it is not as it was signed (${problem.part}: ${problem.detail})`;
    case "untrusted":
      return `its signer ${problem.signer} is ${distrustWords[problem.detail]}`;
  }
}

const distrustWords = {
  unknown: "not among those that are trusted",
  revoked: "revoked",
  "not-valid-yet": "not valid yet",
  "no-longer-valid": "no longer valid",
} as const;
