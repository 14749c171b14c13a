import type { PlannedRender } from "@slipway/pipelines/render";
import { simulate } from "@slipway/pipelines/simulate";
import type { Scenario } from "@slipway/pipelines/simulate";
import type { Failure } from "@slipway/report";
import { openLines } from "@slipway/report/lines";
import { importantLines } from "@slipway/report/pipeline-plan";
import { simulationLines } from "@slipway/report/simulation";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { openAnswer } from "../answer.ts";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { pipelinePlaceOf } from "../pipeline-place.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { planHere, tellFailures } from "./plan-here.ts";
import { readScenario, scenarioOptions } from "./scenario-options.ts";
import { decisionsOf } from "./simulated-decisions.ts";
import type { Known } from "./simulated-decisions.ts";

const options = {
  ...scenarioOptions,
  provider: { type: "string", multiple: true },
  changed: { type: "string", multiple: true },
  record: { type: "string" },
  failing: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

/** What would become of each job, and why; fails where a rendered file would do something else than the pipeline says. */
export async function simulateRun({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { json = false, provider, changed, record, failing = [] } = read.value.options;
  const asked = readScenario(read.value.options);
  if (!asked.ok) return tellUsage(asked.failure);
  const scenario = asked.value;
  if (changed !== undefined && record !== undefined) {
    const problem = "--changed says what a record would: one of them";
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  const answer = openAnswer({ json });
  const place = pipelinePlaceOf(read.value.words[0] ?? ".");
  const planned = await planHere(place, answer, provider);
  if (!planned.ok) return tellFailures(planned.failure, { json });
  const failed = failingIn(planned.value, failing);
  if (!failed.ok) return tellUsage(failed.failure);
  const { signal } = answer;
  const decided = await decisionsOf(place, planned.value, scenario, { changed, record, signal });
  if (!decided.ok) return tellFailure(decided.failure, { json });
  const found = simulated(planned.value, scenario, decided.value, failed.value);
  const code = found.disagreements.length === 0 && planned.value.writes !== undefined ? 0 : 1;
  if (json) {
    const decisions = Object.fromEntries(decided.value);
    answer.show({ file: place.file, scenario, ...found, decisions }, []);
    return code;
  }
  const { line } = openLines();
  const errors = planned.value.writes === undefined ? planned.value.diagnostics : [];
  const told = [...importantLines(errors), ...simulationLines(found, decided.value)];
  for (const text of told) line(text);
  return code;
}

function simulated(
  { graph, outputs, files }: PlannedRender,
  scenario: Scenario,
  decisions: ReadonlyMap<string, Known>,
  failing: ReadonlySet<string>,
) {
  const rendered = outputs.map((output) => ({
    ...output,
    content: files.find((file) => file.path === output.path)?.content,
  }));
  const unchanged = [...decisions].flatMap(([id, { run }]) => (run ? [] : [id]));
  return simulate(graph, rendered, scenario, { unchanged: new Set(unchanged), failing });
}

/** Ids of jobs; of a job with a matrix all. */
function failingIn(
  { graph }: PlannedRender,
  names: readonly string[],
): Result<ReadonlySet<string>, Failure> {
  const jobs = graph.workflows.flatMap((workflow) => workflow.jobs);
  const unknown = names.find((name) => !jobs.some(({ id, base }) => id === name || base === name));
  if (unknown !== undefined) {
    const known = jobs.map(({ id }) => id).join(", ");
    const problem = `--failing ${unknown} is no job: there are ${known}`;
    return fail({ reason: "arguments-invalid", problem });
  }
  const failing = jobs.filter(({ id, base }) => names.includes(id) || names.includes(base));
  return ok(new Set(failing.map(({ id }) => id)));
}
