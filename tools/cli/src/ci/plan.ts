import { diffOf, plannedAsJson } from "@slipway/pipelines/render";
import { openLines } from "@slipway/report/lines";
import { importantLines, pipelinePlanLines } from "@slipway/report/pipeline-plan";
import { openAnswer } from "../answer.ts";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { pipelinePlaceOf } from "../pipeline-place.ts";
import { tellUsage } from "../tell.ts";
import { planHere, tellFailures } from "./plan-here.ts";

const options = {
  provider: { type: "string", multiple: true },
  diff: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** What rendering would do. Nothing is written. */
export async function planPipelineFiles({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { provider, diff = false, json = false } = read.value.options;
  const answer = openAnswer({ json });
  const place = pipelinePlaceOf(read.value.words[0] ?? ".");
  const planned = await planHere(place, answer, provider, { withRemarks: json });
  if (!planned.ok) return tellFailures(planned.failure, { json });
  const { diagnostics, writes } = planned.value;
  if (json) {
    answer.show(plannedAsJson(planned.value), []);
    return writes === undefined ? 1 : 0;
  }
  const { line } = openLines();
  for (const text of pipelinePlanLines(planned.value)) line(text);
  for (const text of importantLines(diagnostics)) line(text);
  const differing = writes?.writes.filter(({ state }) => state !== "unchanged") ?? [];
  if (diff) for (const write of differing) line(diffOf(write).trimEnd());
  if (writes === undefined) return 1;
  line("");
  line(
    differing.length === 0
      ? "every file is as cig.toml has it"
      : "slipway ci render applies this; --diff shows it",
  );
  return 0;
}
