import type { Graph, Job, Variable, Work, Workflow } from "@slipway/pipeline-sdk/graph";
import { shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import {
  artifactFolders,
  artifactsOf,
  collectStep,
  fetchStep,
  isFetched,
  keptBy,
  uploadOf,
  usesOf,
} from "./artifacts.ts";
import { restoreStep, saveStep } from "./caches.ts";
import { startOf } from "./endings.ts";
import type { Rest } from "./endings.ts";
import { executorOf, servicesOf } from "./executor.ts";
import { overlaid } from "./overlay.ts";
import { compact, ordered, positive, quoted } from "./plain.ts";
import type { Plain, Table } from "./plain.ts";
import { deadlineFile, run, splitVariables } from "./run.ts";
import type { Surroundings } from "./run.ts";
import { startStep, waitStep } from "./services.ts";
import { checkoutSteps, renderStep } from "./steps.ts";
import { conditionWords, folder, outputFile, pipelineVariables, script, word } from "./words.ts";

export type JobContext = {
  readonly graph: Graph;
  readonly workflow: Workflow;
  /** The last steps of a job whose success is put on record. */
  readonly record: (job: Job) => readonly Plain[];
  /** Of the file for CircleCI alone, without what only the entry of a workflow has. */
  readonly settings: Table;
};

const keys = [
  "description",
  "docker",
  "machine",
  "macos",
  "executor",
  "resource_class",
  "shell",
  "working_directory",
  "parallelism",
  "environment",
  "steps",
];

export function renderJob(job: Job, work: Work, context: JobContext): Table {
  const { graph, workflow } = context;
  const [native, computed] = splitVariables(variablesOf(workflow, work));
  const steps = stepsOf(job, work, computed, context);
  const inputs = workflow.triggers?.manual?.inputs.map(({ name }) => name) ?? [];
  const rendered = compact({
    description: job.name === job.id ? undefined : quoted(job.name),
    ...executorOf(graph, work),
    parallelism: positive(work.parallelism),
    environment: { ...pipelineVariables(JSON.stringify(steps), inputs), ...native },
    steps,
  });
  return ordered(overlaid(rendered, context.settings), keys);
}

/** Those of the job win over those of its workflow; the value of a secret is there under its own name. */
function variablesOf(workflow: Workflow, work: Work): readonly Variable[] {
  const all = new Map([...workflow.env, ...work.env].map((one) => [one.name, one]));
  return [...all.values()].filter(
    ({ name, value }) => value?.kind.case !== "secret" || value.kind.value !== name,
  );
}

function stepsOf(
  job: Job,
  work: Work,
  computed: readonly Variable[],
  { graph, record }: JobContext,
): readonly Plain[] {
  const around: Surroundings = {
    shell: work.shell,
    workingDirectory: work.workingDirectory,
    timeoutMinutes: work.timeoutMinutes,
    attempts: work.retry?.attempts ?? 0,
    mayFail: work.mayFail,
    exported: new Set(computed.map(({ name }) => name)),
  };
  const guard = startOf(job.condition)?.guard ?? true;
  const told = toldBy(graph, job, work);
  const decided = [...exportStep(computed, work.parallelism), ...haltStep(guard)];
  const services = servicesOf(graph, work);
  const steps = [
    ...decided,
    ...checkoutSteps(work.checkout),
    ...services.flatMap((one) => (work.container === undefined ? [startStep(one)] : waitStep(one))),
    ...work.caches.map((id) => restoreStep(graph, id)),
    ...work.usesArtifacts.map((use) => fetchStep(use, work.mayFail)),
    ...work.steps.flatMap((step) => renderStep(graph, job, step, around)),
    ...work.caches.map((id) => saveStep(graph, id)),
    ...work.artifacts.flatMap((one) => renderStep(graph, job, uploadOf(one), around)),
    ...work.testReports.flatMap(reportSteps),
    ...tellSteps(graph, job, work, told),
    ...record(job),
  ];
  const hasOutputs = JSON.stringify(steps).includes(outputFile("", "").slice(0, -1));
  return [
    ...(hasOutputs || usesOf(job).length > 0 ? [{ attach_workspace: { at: folder } }] : []),
    ...prepareStep(job, work, told),
    // Also of a job that is left out there is something to attach.
    ...(told.length > 0 && guard !== true ? [persistStep(told)] : []),
    ...steps,
  ];
}

/** What other jobs learn from this one, below the folder that is shared. */
function toldBy(graph: Graph, job: Job, work: Work): readonly string[] {
  return [
    ...(work.outputs.length > 0 ? [`outputs/${job.id}`] : []),
    ...(keptBy(job).length > 0 && isFetched(graph, job) ? [artifactsOf(job.id)] : []),
  ];
}

function persistStep(paths: readonly string[]): Table {
  return { persist_to_workspace: { root: folder, paths } };
}

/** What later steps count on: nothing is shared of a folder that has nothing in it. */
function prepareStep(job: Job, work: Work, told: readonly string[]): readonly Table[] {
  const shared = told.map((path) => `${folder}/${path}`);
  const minutes = work.timeoutMinutes;
  const lines = [
    ...[...(minutes > 0 ? [folder] : []), ...artifactFolders(job), ...shared].map(
      (one) => `mkdir -p ${shellQuoted(one)}`,
    ),
    ...shared.map((one) => `: >${shellQuoted(one)}/.part-"\${CIRCLE_NODE_INDEX:-0}"`),
    ...(minutes > 0 ? [`echo $(( $(date +%s) + ${minutes * 60} )) >${deadlineFile}`] : []),
  ];
  return lines.length === 0 ? [] : [run({ name: "prepare", command: lines.join("\n") })];
}

/** Every shell of the job begins with these, but none that such a shell starts. */
function exportStep(computed: readonly Variable[], parallelism: number): readonly Table[] {
  const parts = [
    `  printf 'export SLIPWAY_PART=%q SLIPWAY_PARTS=%q\\n' "$CIRCLE_NODE_INDEX" "$CIRCLE_NODE_TOTAL"`,
  ];
  if (computed.length === 0 && parallelism === 0) return [];
  const lines = [
    "{",
    `  echo 'if [ -z "\${SLIPWAY_ENVIRONMENT-}" ]; then export SLIPWAY_ENVIRONMENT=1'`,
    ...computed.map(({ name, value }) => `  printf 'export ${name}=%q\\n' ${word(value)}`),
    ...(parallelism === 0 ? [] : parts),
    "  echo 'fi'",
    `} >>"$BASH_ENV"`,
  ];
  const command = quoted(script(lines.join("\n")));
  return [run({ name: "environment", command, shell: "/bin/bash -eo pipefail" })];
}

/** A job that its condition leaves out ends well, so that those that need it go on. */
function haltStep(guard: Rest): readonly Table[] {
  if (guard === true) return [];
  const condition = guard === false ? "false" : conditionWords(guard);
  const command = script(`if ! { ${condition}; }; then\n  circleci-agent step halt\nfi`);
  return [run({ name: "condition", command: quoted(command) })];
}

function reportSteps(glob: string, at: number): readonly Plain[] {
  if (!/[*?[]/.test(glob)) return [{ store_test_results: { path: quoted(glob) } }];
  const to = `${folder}/reports/${at}`;
  const collected = { name: "test reports", to, paths: [glob], mayBeMissing: true, when: "always" };
  return [collectStep(collected), { store_test_results: { path: to } }];
}

/** What other jobs and people learn from this one. */
function tellSteps(graph: Graph, job: Job, work: Work, told: readonly string[]): readonly Plain[] {
  const values = work.outputs.map(
    ({ name, step, output }) =>
      `printf '%s' "$(slipway_output ${shellQuoted(step)} ${shellQuoted(output)})" >${shellQuoted(outputFile(job.id, name))}`,
  );
  const url = graph.environments.find(({ id }) => id === work.environment)?.url;
  return [
    ...(values.length > 0
      ? [run({ name: "outputs", command: quoted(script(outputsOnce, ...values)) })]
      : []),
    ...(told.length > 0 ? [persistStep(told)] : []),
    ...(url === undefined
      ? []
      : [run({ name: "deployed to", command: quoted(script(`printf '%s\\n' ${word(url)}`)) })]),
  ];
}

/** Of equal runs beside each other the first tells: two files of one name would not be attached. */
const outputsOnce = `if [ "\${CIRCLE_NODE_INDEX:-0}" != 0 ]; then exit 0; fi`;
