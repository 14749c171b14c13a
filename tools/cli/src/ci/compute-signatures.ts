import path from "node:path";
import { answerFor, decideRun } from "@slipway/pipelines/skipping";
import { openLines } from "@slipway/report/lines";
import { decisionLine } from "@slipway/report/run-decisions";
import { readFileSync } from "@slipway/signature/file-system";
import { openAnswer } from "../answer.ts";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { pipelinePlaceOf } from "../pipeline-place.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { runOptions, readRunOptions } from "./run-options.ts";
import { runQuestion } from "./run-question.ts";

const options = {
  ...runOptions,
  file: { type: "string" },
  force: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Set by people who want all jobs of a run. */
const forceVariable = "SLIPWAY_FORCE";

/** Which jobs of a run have to run: for the provider on standard output, for people on standard error. */
export async function computeSignatures({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { file, force = false, json = false } = read.value.options;
  const asked = readRunOptions(read.value.options);
  if (!asked.ok) return tellUsage(asked.failure);
  const { signal, progress, show } = openAnswer({ json });
  const place = pipelinePlaceOf(read.value.words[0] ?? ".");
  const question = await runQuestion(place, { ...asked.value, signal });
  if (!question.ok) return tellFailure(question.failure, { json });
  const isForced = force || (process.env[forceVariable] ?? "") !== "";
  const decided = await decideRun({ ...question.value, isForced });
  if (!decided.ok) return tellFailure(decided.failure, { json });
  const { decisions, failures } = decided.value;
  for (const failure of failures.slice(0, 1)) await tellFailure(failure);
  if (json) return show({ jobs: Object.fromEntries(decisions) }, []);
  for (const [id, decision] of decisions) progress(decisionLine(id, decision));
  const { provider, workflow } = asked.value;
  const rendered = file === undefined ? "" : readFileSync(path.resolve(file), "utf8");
  openLines().line(answerFor(provider, decisions, { workflow, rendered }).replace(/\n$/, ""));
  return 0;
}
