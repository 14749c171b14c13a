import { applyWrites, checkFiles, plannedAsJson } from "@slipway/pipelines/render";
import type { WritePlan } from "@slipway/pipelines/render";
import { openLines } from "@slipway/report/lines";
import { importantLines, pipelineFileLines } from "@slipway/report/pipeline-plan";
import { openAnswer } from "../answer.ts";
import type { Answer } from "../answer.ts";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { pipelinePlaceOf } from "../pipeline-place.ts";
import type { PipelinePlace } from "../pipeline-place.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { planHere, tellFailures } from "./plan-here.ts";

const options = {
  provider: { type: "string", multiple: true },
  check: { type: "boolean" },
  force: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Writes the files of a pipeline, all of them or none; with `--check` it fails where one is not as it has to be. */
export async function renderPipelineFiles({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { provider, check = false, force = false, json = false } = read.value.options;
  const answer = openAnswer({ json });
  const place = pipelinePlaceOf(read.value.words[0] ?? ".");
  const planned = await planHere(place, answer, provider);
  if (!planned.ok) return tellFailures(planned.failure, { json });
  const { diagnostics, writes } = planned.value;
  const { line } = openLines();
  if (!json) for (const text of importantLines(diagnostics)) line(text);
  if (writes === undefined) {
    if (json) answer.show({ diagnostics: plannedAsJson(planned.value).diagnostics, files: [] }, []);
    return 1;
  }
  if (check) {
    const stale = checkFiles(writes);
    if (stale !== undefined) return tellFailure(stale, { json });
  } else {
    const failed = await write(place, writes, force, answer);
    if (failed !== undefined) return tellFailure(failed, { json });
  }
  if (!json) {
    for (const text of pipelineFileLines(writes)) line(text);
    return 0;
  }
  const files = writes.writes.map(({ path, state }) => ({ path, state }));
  return answer.show({ files }, []);
}

async function write({ root }: PipelinePlace, plan: WritePlan, force: boolean, answer: Answer) {
  const written = await applyWrites(root, plan, { force, signal: answer.signal });
  return written.ok ? undefined : written.failure;
}
