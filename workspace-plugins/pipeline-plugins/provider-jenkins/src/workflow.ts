import type { Concurrency, Graph, Job, Workflow } from "@slipway/pipeline-sdk/graph";
import type { Skipping } from "@slipway/pipeline-sdk/protocol";
import { runnerOf } from "./agents.ts";
import { artifactsOf } from "./artifacts.ts";
import { block, call, code, invoke, named } from "./groovy.ts";
import type { Node } from "./groovy.ts";
import { stagesOf } from "./jobs.ts";
import type { JobContext } from "./jobs.ts";
import { levelsOf } from "./levels.ts";
import type { Pipeline, Stage } from "./model.ts";
import { callsOf, isTable, overlaid, ownOf } from "./overrides.ts";
import { preludeFor } from "./prelude.ts";
import { printPipeline } from "./print.ts";
import { decisionStage, isSkippable, recordStage } from "./skipping.ts";
import { isForRun, parametersOf, scheduleOf } from "./triggers.ts";
import { isBranchOwn } from "./values.ts";
import { environmentOf } from "./variables.ts";

/** A Jenkinsfile. */
export function renderWorkflow(
  graph: Graph,
  workflow: Workflow,
  skipping: Skipping | undefined,
): string {
  const { triggers, env } = workflow;
  const own = ownOf(workflow.overrides);
  const schedule = scheduleOf(triggers?.schedules ?? []);
  const inputs = triggers?.manual?.inputs ?? [];
  const libraries = own["libraries"];
  const pipeline: Pipeline = {
    libraries: Array.isArray(libraries) ? libraries.map(String) : [],
    environment: environmentOf(env),
    options: overlaid(optionsOf(workflow), callsOf(own["options"])),
    parameters: parametersOf(inputs),
    triggers: overlaid(schedule.triggers, callsOf(own["triggers"])),
    stages: [wholeStage(graph, workflow, skipping)],
  };
  const text = printPipeline(pipeline, []);
  const prelude = preludeFor(text, triggers?.manual !== undefined);
  return [...prelude, ...schedule.before, text].join("\n");
}

function optionsOf({ concurrency, jobs }: Workflow): readonly Node[] {
  const days = jobs.flatMap((job) => artifactsOf(job).map((artifact) => artifact.retentionDays));
  const longest = String(Math.max(0, ...days));
  return [
    ...(longest === "0"
      ? []
      : [call("buildDiscarder", code(`logRotator(artifactDaysToKeepStr: '${longest}')`))]),
    ...(concurrency === undefined ? [] : concurrencyOf(concurrency)),
  ];
}

/** A project of Jenkins is of one branch or pull request: one at a time of each it has itself, of all by a lock. */
function concurrencyOf({ group, cancelInProgress }: Concurrency): readonly Node[] {
  if (cancelInProgress) return [call("disableConcurrentBuilds", named({ abortPrevious: true }))];
  if (group?.kind.case === "literal") {
    return [call("lock", named({ resource: group.kind.value }))];
  }
  return isBranchOwn(group) ? [call("disableConcurrentBuilds")] : [];
}

/** All of the workflow, which is left out where the run is none of its own. */
function wholeStage(graph: Graph, workflow: Workflow, skipping: Skipping | undefined): Stage {
  const { jobs, triggers, name, id } = workflow;
  const asking = skipping === undefined ? [] : jobs.filter(isSkippable);
  const context: JobContext = {
    graph,
    variables: workflow.env,
    nameOf: namesOf(jobs),
    isAsking: (job) => asking.includes(job),
  };
  const levels = levelsOf(jobs).map((level, at) => levelStage(level, at + 1, context));
  const required = (triggers?.manual?.inputs ?? []).filter((input) => input.required);
  const place = { workflow, label: labelOf(graph, asking) };
  const isDeciding = skipping !== undefined && asking.length > 0;
  return {
    name: name || id,
    when: triggers === undefined ? undefined : isForRun(triggers) || "false",
    stages: [
      ...(required.length === 0 ? [] : [inputStage(required.map((input) => input.name))]),
      ...(isDeciding ? [decisionStage("signatures", skipping, place)] : []),
      ...levels,
      ...(isDeciding ? [recordStage("record successes", skipping, place, asking)] : []),
    ],
  };
}

function levelStage(level: readonly Job[], number: number, context: JobContext): Stage {
  const stages = level.flatMap((job) => stagesOf(job, context));
  const [only] = stages;
  return only !== undefined && stages.length === 1
    ? only
    : { name: `level ${number}`, parallel: stages };
}

function inputStage(names: readonly string[]): Stage {
  return {
    name: "inputs",
    when: "eventName() == 'manual'",
    steps: [block("script", [], [invoke("requireInputs", names)])],
  };
}

/** Names for people, with the id where two are the same. */
function namesOf(jobs: readonly Job[]): (job: Job) => string {
  const counts = Map.groupBy(jobs, ({ name }) => name);
  return ({ name, id }) =>
    (counts.get(name)?.length ?? 0) > 1 || name === "" ? `${name} (${id})`.trim() : name;
}

function labelOf(graph: Graph, [first]: readonly Job[]): string {
  if (first?.kind.case !== "work") return "";
  const { label, node } = runnerOf(graph, first.kind.value.runner);
  const found = isTable(node) ? node["label"] : label;
  return typeof found === "string" ? found : "";
}
