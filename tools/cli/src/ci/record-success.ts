import { recordSuccesses } from "@slipway/pipelines/skipping";
import { fail, ok } from "@slipway/signature/result";
import type { Result } from "@slipway/signature/result";
import { openAnswer } from "../answer.ts";
import { readArguments } from "../arguments.ts";
import type { ArgumentsFailure } from "../arguments.ts";
import type { Call } from "../call.ts";
import { pipelinePlaceOf } from "../pipeline-place.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { readRunOptions, runOptions } from "./run-options.ts";
import { runQuestion } from "./run-question.ts";

const options = {
  ...runOptions,
  job: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

/** What GitHub knows of the jobs of a run, as `toJSON(needs)`. */
const resultsVariable = "SLIPWAY_RESULTS";

/** Puts successes of jobs on record: as long as their signatures are these, they need not run again. */
export async function recordSuccess({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { job = [], json = false } = read.value.options;
  const asked = readRunOptions(read.value.options);
  if (!asked.ok) return tellUsage(asked.failure);
  const results = succeededIn(process.env[resultsVariable]);
  if (!results.ok) return tellUsage(results.failure);
  const { signal, show } = openAnswer({ json });
  const place = pipelinePlaceOf(read.value.words[0] ?? ".");
  const question = await runQuestion(place, { ...asked.value, signal });
  if (!question.ok) return tellFailure(question.failure, { json });
  const recorded = await recordSuccesses(question.value, [...job, ...results.value]);
  if (!recorded.ok) return tellFailure(recorded.failure, { json });
  return show(
    { recorded: recorded.value },
    recorded.value.map((id) => ["recorded", id]),
  );
}

/** Ids of the jobs that ran and ended well. */
function succeededIn(text: string | undefined): Result<readonly string[], ArgumentsFailure> {
  if (text === undefined) return ok([]);
  const problem = `${resultsVariable} is no table of jobs with their result`;
  try {
    const results: unknown = JSON.parse(text);
    if (typeof results !== "object" || results === null) {
      return fail({ reason: "arguments-invalid", problem });
    }
    return ok(
      Object.entries(results).flatMap(([id, job]: readonly [string, unknown]) =>
        typeof job === "object" && job !== null && "result" in job && job.result === "success"
          ? [id]
          : [],
      ),
    );
  } catch {
    return fail({ reason: "arguments-invalid", problem });
  }
}
