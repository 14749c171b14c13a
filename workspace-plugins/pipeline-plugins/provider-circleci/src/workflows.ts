import type { Graph, Job, Workflow } from "@slipway/pipeline-sdk/graph";
import { startOf } from "./endings.ts";
import { expressionOf, pipelineValue } from "./logic.ts";
import { overlaid, parted, settingsOf } from "./overlay.ts";
import { compact, ordered, quoted } from "./plain.ts";
import type { Plain, Table } from "./plain.ts";
import { acceptsTags } from "./triggers.ts";
import type { Value } from "@slipway/pipeline-sdk/graph";

const entryKeys = [
  "type",
  "name",
  "requires",
  "context",
  "filters",
  "serial-group",
  "matrix",
  "override-with",
  "pre-steps",
  "post-steps",
];

/** What CircleCI reads at the entry of a workflow, and the rest, which is of the job. */
export function settingsOfJob(job: Job): readonly [Table, Table] {
  return parted(settingsOf(job.overrides), (key) => entryKeys.includes(key));
}

/** The jobs of a workflow: a name alone, or with what is said of it. */
export function renderEntries(graph: Graph, workflow: Workflow): readonly Plain[] {
  return workflow.jobs.map((job) => {
    const said = entryOf(graph, workflow, job);
    return Object.keys(said).length === 0 ? job.id : { [job.id]: said };
  });
}

function entryOf(graph: Graph, workflow: Workflow, job: Job): Table {
  const { kind } = job;
  const [own] = settingsOfJob(job);
  const rendered = compact({
    type: kind.case === "approval" ? "approval" : undefined,
    requires: requiresOf(workflow, job),
    filters: filtersOf(workflow, job),
    ...(kind.case === "work"
      ? {
          context: quoted(environmentName(graph, kind.value.environment)),
          "serial-group":
            kind.value.concurrency === undefined
              ? undefined
              : serialGroup(graph, kind.value.concurrency.group),
        }
      : {}),
  });
  return ordered(overlaid(rendered, own), entryKeys);
}

function environmentName({ environments }: Graph, id: string): string {
  return environments.find((one) => one.id === id)?.name ?? id;
}

/** Groups of CircleCI are of the whole organisation. */
function serialGroup({ project }: Graph, group: Value | undefined): string {
  const before = project.replaceAll(/[^\w.-]/g, "_");
  return `${before === "" ? "" : `${before}/`}${groupText(group) ?? ""}`;
}

/** `undefined`: CircleCI cannot say it where it names a group. */
export function groupText(value: Value | undefined): string | undefined {
  const kind = value?.kind;
  if (kind?.case === "literal") return /^[\w./-]*$/.test(kind.value) ? kind.value : undefined;
  if (kind?.case !== "joined") return pipelineValue(value);
  const parts = kind.value.of.map(groupText);
  return parts.includes(undefined) ? undefined : parts.join("");
}

type Requirement = string | { readonly [name: string]: Plain };

function requiresOf(workflow: Workflow, job: Job): readonly Requirement[] {
  const after = startOf(job.condition)?.after ?? ["success"];
  const isUsual = after.length === 1 && after[0] === "success";
  const isAny = after.length === 4;
  const needs = [...new Set(job.needs.flatMap((id) => [id, ...behindApproval(workflow, id)]))];
  return [
    ...needs.map((id) => (isUsual ? id : { [id]: isAny ? "terminal" : after })),
    ...earlierOfMatrix(workflow, job).map((id) => ({ [id]: "terminal" })),
  ];
}

/** An approval that is filtered out is no requirement any more, so those before it are. */
function behindApproval({ jobs }: Workflow, id: string): readonly string[] {
  const found = jobs.find((one) => one.id === id);
  return found?.kind.case === "approval" && isFiltered(found) ? found.needs : [];
}

function isFiltered({ condition }: Job): boolean {
  return startOf(condition)?.guard !== true;
}

/** One more of a matrix than may run at once waits for the end of an earlier one. */
function earlierOfMatrix({ jobs }: Workflow, job: Job): readonly string[] {
  if (job.kind.case !== "work") return [];
  const most = job.kind.value.matrixPolicy?.maxParallel ?? 0;
  if (most === 0) return [];
  const same = jobs.filter(({ base }) => base === job.base);
  const earlier = same[same.indexOf(job) - most];
  return earlier === undefined || job.needs.includes(earlier.id) ? [] : [earlier.id];
}

/** Without a filter for tags CircleCI runs no job for one; what else has to hold stands at the workflow. */
function filtersOf(workflow: Workflow, job: Job): Plain | undefined {
  if (job.kind.case === "approval" && isFiltered(job)) return approvalFilter(workflow, job);
  return acceptsTags(workflow.triggers) ? { tags: { only: "/.*/" } } : undefined;
}

export function approvalFilter(workflow: Workflow, { condition }: Job): string | undefined {
  const guard = startOf(condition)?.guard;
  if (guard === undefined || typeof guard === "boolean") return String(guard ?? false);
  return expressionOf(guard, workflow.triggers?.manual?.inputs ?? []);
}
