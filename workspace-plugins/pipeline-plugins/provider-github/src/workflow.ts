import type { Graph, Job, Workflow } from "@slipway/pipeline-sdk/graph";
import type { Skipping } from "@slipway/pipeline-sdk/protocol";
import { makersIn } from "./artifacts.ts";
import { quoted } from "./expressions.ts";
import { jobsBefore } from "./jobs-before.ts";
import { renderConcurrency, renderJob } from "./jobs.ts";
import { overlay } from "./overlay.ts";
import { renderPermissions } from "./permissions.ts";
import { compact } from "./plain.ts";
import type { Plain } from "./plain.ts";
import { isSkippable, renderBootstrap, renderGate } from "./skipping.ts";
import { renderTriggers } from "./triggers.ts";
import { renderVariables } from "./variables.ts";

const bootstrapId = "signatures";
const gateId = "gate";

/** One file of `.github/workflows`: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions. */
export function renderWorkflow(
  graph: Graph,
  workflow: Workflow,
  skipping: Skipping | undefined,
): { readonly [key: string]: Plain } {
  const asking = skipping === undefined ? [] : workflow.jobs.filter(isSkippable);
  const isAsking = (job: Job): boolean => asking.includes(job);
  const taken = new Set(workflow.jobs.map(({ id }) => id.toLowerCase()));
  const bootstrap = asking.length === 0 ? undefined : freeId(bootstrapId, taken);
  const mayBeLeftOut = leftOut(workflow.jobs, isAsking);
  const context = {
    graph,
    jobs: workflow.jobs,
    makers: makersIn(workflow),
    bootstrap,
    mayBeLeftOut,
    before: jobsBefore(workflow.jobs).named,
    isAsking,
  };
  const jobs = workflow.jobs.map((job) => [job.id, renderJob(job, context)] as const);
  const signing =
    bootstrap === undefined || skipping === undefined
      ? []
      : [[bootstrap, renderBootstrap(workflow, asking, skipping)] as const];
  const recording = bootstrap === undefined ? undefined : skipping;
  const needed = mayBeLeftOut.size === 0 ? [] : awaited(workflow.jobs);
  const gate =
    needed.length === 0
      ? []
      : [[freeId(gateId, taken), renderGate(workflow, needed, recording)] as const];
  const rendered = compact({
    name: quoted(workflow.name),
    on: workflow.triggers === undefined ? undefined : renderTriggers(workflow.triggers),
    permissions: renderPermissions(workflow.permissions),
    env: renderVariables(workflow.env),
    concurrency: renderConcurrency(workflow.concurrency),
    jobs: Object.fromEntries([...signing, ...jobs, ...gate]),
  });
  return overlay(rendered, workflow.overrides);
}

/** Those that may be left out for their signature or their condition, and all that come after one. */
function leftOut(jobs: readonly Job[], isAsking: (job: Job) => boolean): ReadonlySet<string> {
  const found = new Set<string>();
  for (const job of jobs) {
    const isOpen = isAsking(job) || job.condition !== undefined;
    if (isOpen || job.needs.some((need) => found.has(need))) found.add(job.id);
  }
  return found;
}

/** The result of a job that may fail is a success with GitHub even if it did: nothing can be said of it. */
function awaited(jobs: readonly Job[]): readonly string[] {
  return jobs.filter(({ kind }) => kind.case !== "work" || !kind.value.mayFail).map(({ id }) => id);
}

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  return taken.has(wanted) ? freeId(`${wanted}_`, taken) : wanted;
}
