import type { Graph, Job, Value, Workflow } from "@slipway/pipeline-sdk/graph";
import { beginStep, endStep } from "./concurrency.ts";
import { splitCondition } from "./conditions.ts";
import { expressionText } from "./expressions.ts";
import { frameOf } from "./frame.ts";
import type { FrameContext } from "./frame.ts";
import { freeKey } from "./free-key.ts";
import { renderApproval, renderInputs } from "./gates.ts";
import { needsOf } from "./needs.ts";
import { overlay } from "./overlay.ts";
import type { Table } from "./plain.ts";
import { triggerExpression } from "./triggers.ts";
import { escapedTable } from "./uploaded.ts";
import { renderWork } from "./work.ts";
import { unknown } from "./unknown.ts";

/** The steps of workflows, as the agent uploads them. */
export function renderPipeline(
  graph: Graph,
  workflows: readonly Workflow[],
  more: readonly Table[],
  isSkipping: boolean,
): Table {
  const steps = [
    ...workflows.flatMap((workflow) => workflowSteps(graph, workflow, isSkipping)),
    ...more.map(escapedTable),
  ];
  return workflows.reduce<Table>((under, { overrides }) => overlay(under, overrides), { steps });
}

function workflowSteps(graph: Graph, workflow: Workflow, isSkipping: boolean): readonly Table[] {
  const { triggers, jobs } = workflow;
  const { before, first, after } = surroundings(graph, workflow);
  const splits = new Map(
    jobs.map((job) => [
      job,
      splitCondition(job.condition, (name) => variable(workflow, job, name)),
    ]),
  );
  const inputs = triggers?.manual?.inputs ?? [];
  const trigger = triggerExpression(triggers);
  const context = { needs: needsOf(jobs), first, inputs, trigger, splits, isSkipping };
  return [
    ...before.map(escapedTable),
    ...jobs.map((job) => renderJob(graph, workflow, job, context)),
    ...after.map(escapedTable),
  ];
}

type Surroundings = {
  readonly before: readonly Table[];
  /** Keys of steps that every job waits for. */
  readonly first: readonly string[];
  readonly after: readonly Table[];
};

/** The form that a person fills in, and the gate of a workflow that is to be alone. */
function surroundings(graph: Graph, workflow: Workflow): Surroundings {
  const { id, triggers, concurrency } = workflow;
  const taken = new Set(graph.workflows.flatMap(({ jobs }) => jobs.map((job) => job.id)));
  const inputs = triggers?.manual?.inputs ?? [];
  const inputKey = freeKey(`${id}-inputs`, taken);
  const beginKey = freeKey(`${id}-begin`, taken);
  const forms = inputs.length === 0 ? [] : [renderInputs(inputKey, inputs)];
  const formKeys = inputs.length === 0 ? [] : [inputKey];
  if (concurrency === undefined) return { before: forms, first: formKeys, after: [] };
  const expression = triggerExpression(triggers);
  const condition = expression === undefined ? undefined : expressionText(expression);
  return {
    before: [...forms, beginStep(beginKey, concurrency.group, condition)],
    first: [...formKeys, beginKey],
    after: [endStep(freeKey(`${id}-end`, taken), workflow, condition)],
  };
}

export function variable(workflow: Workflow, { kind }: Job, name: string): Value | undefined {
  const own = kind.case === "work" ? kind.value.env : [];
  return [...own, ...workflow.env].find((one) => one.name === name)?.value;
}

/** Settings of the runner, then those of the job, which are Buildkite's own words already. */
function renderJob(graph: Graph, workflow: Workflow, job: Job, context: FrameContext): Table {
  const frame = frameOf(job, context);
  const { kind } = job;
  switch (kind.case) {
    case "approval":
      return overlay(escapedTable(renderApproval(job, kind.value, frame)), job.overrides);
    case "work": {
      const work = kind.value;
      const rendered = escapedTable(renderWork({ graph, workflow, job, work, frame }));
      return overlay(withRunner(graph, work.runner, rendered), job.overrides);
    }
    case undefined:
      throw unknown("the kind of a job");
  }
}

/** A name that the file does not declare is a queue. */
function withRunner(graph: Graph, id: string, rendered: Table): Table {
  if (id === "") return rendered;
  const runner = graph.runners.find((one) => one.id === id);
  return runner === undefined
    ? { ...rendered, ...escapedTable({ agents: { queue: id } }) }
    : overlay(rendered, runner.settings);
}
