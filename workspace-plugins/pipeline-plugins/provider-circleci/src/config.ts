import type { Graph, Workflow } from "@slipway/pipeline-sdk/graph";
import type { Skipping } from "@slipway/pipeline-sdk/protocol";
import { renderJob } from "./jobs.ts";
import { isTable, overlaid, parted, settingsOf } from "./overlay.ts";
import { compact, ordered } from "./plain.ts";
import type { Plain, Table } from "./plain.ts";
import { recordSteps } from "./setup.ts";
import { orbOf } from "./steps.ts";
import { renderParameters, renderSchedule, whenOfTriggers } from "./triggers.ts";
import { renderEntries, settingsOfJob } from "./workflows.ts";

const fileKeys = [
  "version",
  "setup",
  "orbs",
  "parameters",
  "executors",
  "commands",
  "jobs",
  "workflows",
];
const workflowKeys = ["when", "unless", "triggers", "max_auto_reruns", "jobs"];

/** https://circleci.com/docs/reference/configuration-reference */
export function renderConfig(
  graph: Graph,
  workflows: readonly Workflow[],
  skipping: Skipping | undefined,
): Table {
  const settings = workflows.map(({ overrides }) =>
    parted(settingsOf(overrides), (key) => fileKeys.includes(key) && key !== "jobs"),
  );
  const rendered = {
    ...compact({
      version: 2.1,
      orbs: orbsOf(workflows),
      parameters: renderParameters(workflows),
    }),
    // There may be approvals alone.
    jobs: jobsOf(graph, workflows, skipping),
    workflows: Object.fromEntries(
      workflows.flatMap((workflow, at) =>
        workflowsOf(graph, workflow, skipping !== undefined).map(([id, one]) => [
          id,
          ordered(overlaid(one, settings[at]?.[1] ?? {}), workflowKeys),
        ]),
      ),
    ),
  };
  const own = settings.reduce<Table>((under, [over]) => overlaid(under, over), {});
  return ordered(overlaid(rendered, own), fileKeys);
}

function jobsOf(
  graph: Graph,
  workflows: readonly Workflow[],
  skipping: Skipping | undefined,
): Table {
  return Object.fromEntries(
    workflows.flatMap((workflow) =>
      workflow.jobs.flatMap((job) => {
        if (job.kind.case !== "work") return [];
        const record = (one: typeof job): readonly Plain[] =>
          skipping === undefined ? [] : recordSteps(one, workflow, skipping);
        const [, settings] = settingsOfJob(job);
        return [
          [job.id, renderJob(job, job.kind.value, { graph, workflow, record, settings })] as const,
        ];
      }),
    ),
  );
}

/** One for what is pushed or started by hand, and one for each schedule that stands in the file. */
function workflowsOf(
  graph: Graph,
  workflow: Workflow,
  isScheduledOutside: boolean,
): readonly (readonly [string, Table])[] {
  const { id, triggers } = workflow;
  const jobs = renderEntries(graph, workflow);
  const when = triggers === undefined ? undefined : whenOfTriggers(triggers, isScheduledOutside);
  const usual =
    triggers !== undefined && when === undefined ? [] : [[id, compact({ when, jobs })] as const];
  const schedules = isScheduledOutside ? [] : (triggers?.schedules ?? []);
  return [
    ...usual,
    ...schedules.map((schedule, at) => {
      const wanted = `${id}-schedule${at === 0 ? "" : `-${at + 1}`}`;
      return [
        freeName(graph, wanted),
        { triggers: renderSchedule(schedule), jobs: jobs.map(byClock) },
      ] as const;
    }),
  ];
}

function freeName(graph: Graph, wanted: string): string {
  const isTaken = graph.workflows.some(({ id }) => id === wanted);
  return isTaken ? freeName(graph, `${wanted}_`) : wanted;
}

/** A workflow of a clock has no pipeline value that says so. */
const clockStep = {
  run: {
    name: "started by a clock",
    command: `echo 'export SLIPWAY_SOURCE=scheduled_pipeline' >>"$BASH_ENV"`,
  },
};

function byClock(entry: Plain): Plain {
  if (typeof entry === "string") return { [entry]: { "pre-steps": [clockStep] } };
  if (!isTable(entry)) return entry;
  return Object.fromEntries(
    Object.entries(entry).map(([id, said]) => [id, isApproval(said) ? said : withClock(said)]),
  );
}

function isApproval(said: Plain): boolean {
  return isTable(said) && said["type"] === "approval";
}

function withClock(said: Plain): Plain {
  return isTable(said) ? { ...said, "pre-steps": [clockStep] } : said;
}

function orbsOf(workflows: readonly Workflow[]): Table {
  const references = workflows.flatMap(({ jobs }) =>
    jobs.flatMap(({ kind }) =>
      (kind.case === "work" ? kind.value.steps : []).flatMap((step) =>
        step.kind.case === "providerStep" ? [step.kind.value.reference] : [],
      ),
    ),
  );
  return Object.fromEntries(
    references.flatMap((reference) => {
      const orb = orbOf(reference);
      return orb === undefined ? [] : [orb];
    }),
  );
}
