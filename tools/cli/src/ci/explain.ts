import { explainJobs, jobsNear } from "@slipway/pipelines/explain";
import type { ExplainedJob } from "@slipway/pipelines/explain";
import type { JobSignatures } from "@slipway/pipelines/job-signatures";
import type { PlannedRender } from "@slipway/pipelines/render";
import { jobExplanationLines } from "@slipway/report/job-explanation";
import type { ExplainedSignature, JobExplanation } from "@slipway/report/job-explanation";
import { openLines } from "@slipway/report/lines";
import { openAnswer } from "../answer.ts";
import { readArguments } from "../arguments.ts";
import type { ArgumentsFailure } from "../arguments.ts";
import type { Call } from "../call.ts";
import { jobDifferences, readJobRecord } from "../job-record.ts";
import { pipelinePlaceOf } from "../pipeline-place.ts";
import type { PipelinePlace } from "../pipeline-place.ts";
import { signJobsAt } from "../signature.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { planHere, tellFailures } from "./plan-here.ts";

const options = {
  provider: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

/** Why a job of a pipeline will run or will not, and what each provider makes of it. */
export async function explainPipelineJob({ args }: Call): Promise<number> {
  // The word may stand before the id, as in `explain job test`.
  const given = args[0] === "job" && args[1]?.startsWith("-") === false ? args.slice(1) : args;
  const read = readArguments(given, { options, words: [1, 2] });
  if (!read.ok) return tellUsage(read.failure);
  const { json = false, provider } = read.value.options;
  const [id = "", folder = "."] = read.value.words;
  const place = pipelinePlaceOf(folder);
  const answer = openAnswer({ json });
  const planned = await planHere(place, answer, provider);
  if (!planned.ok) return tellFailures(planned.failure, { json });
  const jobs = explainJobs(id, planned.value);
  if (jobs.length === 0) return tellUsage(unknownJob(id, planned.value));
  const signed = await signJobsAt(place);
  if (!signed.ok) return tellFailure(signed.failure, { json });
  const { project } = planned.value.graph;
  const explained: JobExplanation[] = [];
  for (const job of jobs) {
    const signature = await signatureOf(place, `${project}:${job.job}`, job, signed.value);
    explained.push({ ...job, signature });
  }
  if (json) return answer.show({ file: place.file, jobs: explained }, []);
  const { line } = openLines();
  for (const text of explained.flatMap(jobExplanationLines)) line(text);
  return 0;
}

function unknownJob(id: string, { graph }: PlannedRender): ArgumentsFailure {
  const known = jobsNear(id, graph).join(", ");
  return { reason: "arguments-invalid", problem: `there is no job ${id}: there is ${known}` };
}

/** Beside that of its last success on record here. `undefined`: an approval has none. */
async function signatureOf(
  place: PipelinePlace,
  id: string,
  { kind }: ExplainedJob,
  jobs: JobSignatures,
): Promise<ExplainedSignature | undefined> {
  const now = jobs.signatures.get(id);
  if (kind === "approval" || now === undefined) return undefined;
  const recorded = readJobRecord(place).get(id);
  const signed = await jobs.withActions();
  const target = signed?.targets.get(id);
  const isChanged = recorded !== undefined && recorded !== now;
  const action = target?.ok === true ? await target.value.action() : undefined;
  return {
    now,
    recorded,
    differences: isChanged ? await jobDifferences(place, id, signed) : [],
    files: action?.files.map(({ path }) => path) ?? [],
    options: action?.options.map(({ name }) => name) ?? [],
    env: action?.env.map(({ name, state }) => ({ name, state })) ?? [],
    upstreams: action?.upstreams ?? [],
  };
}
