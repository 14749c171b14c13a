import { plannedAsJson } from "@slipway/pipelines/render";
import { openLines } from "@slipway/report/lines";
import { diagnosticLines } from "@slipway/report/pipeline-plan";
import { openAnswer } from "../answer.ts";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { pipelinePlaceOf } from "../pipeline-place.ts";
import { tellUsage } from "../tell.ts";
import { planHere, tellFailures } from "./plan-here.ts";

const options = {
  provider: { type: "string", multiple: true },
  json: { type: "boolean" },
  sarif: { type: "boolean" },
} as const;

/** What is wrong with a pipeline, for its schema, its providers and its policies. Writes nothing. */
export async function validatePipeline({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { provider, json = false, sarif = false } = read.value.options;
  if (json && sarif) {
    return tellUsage({ reason: "arguments-invalid", problem: "--json, or --sarif, not both" });
  }
  const answer = openAnswer({ json });
  const place = pipelinePlaceOf(read.value.words[0] ?? ".");
  const planned = await planHere(place, answer, provider, { withRemarks: true });
  if (sarif) return tellSarif(planned);
  if (!planned.ok) return tellFailures(planned.failure, { json });
  const { diagnostics, writes, graph } = planned.value;
  const code = writes === undefined ? 1 : 0;
  if (json) {
    answer.show({ diagnostics: plannedAsJson(planned.value).diagnostics }, []);
    return code;
  }
  const { line } = openLines();
  for (const text of diagnosticLines(diagnostics)) line(text);
  const count = graph.workflows.reduce((sum, { jobs }) => sum + jobs.length, 0);
  if (code === 0) line(`${place.file} is sound: ${count} jobs, ${diagnostics.length} remarks`);
  return code;
}

/** For editors and for what providers show beside the lines of a change: failures are results too. */
async function tellSarif(planned: Awaited<ReturnType<typeof planHere>>): Promise<0 | 1> {
  const { sarifOf } = await import("@slipway/report/sarif");
  const found = planned.ok
    ? { failures: [], diagnostics: planned.value.diagnostics }
    : { failures: planned.failure, diagnostics: [] };
  openLines().line(JSON.stringify(sarifOf(found), undefined, 2));
  return planned.ok && planned.value.writes !== undefined ? 0 : 1;
}
