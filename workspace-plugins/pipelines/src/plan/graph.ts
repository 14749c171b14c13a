import { create } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { GraphSchema } from "@slipway/pipeline-sdk/graph";
import type { Graph, WorkflowSchema } from "@slipway/pipeline-sdk/graph";
import { compareBytes } from "@slipway/signature/basics";
import type { Job } from "../definition/job.ts";
import type { Pipeline } from "../definition/pipeline.ts";
import { resolveRunText } from "./conditions.ts";
import { planIds } from "./ids.ts";
import type { PlannedId } from "./ids.ts";
import { instancesOf } from "./instances.ts";
import { resolveConcurrency, resolveJob, resolveOverrides, resolvePermissions } from "./jobs.ts";
import type { JobInit } from "./jobs.ts";
import { jobsNeeded } from "./needs.ts";
import { circleThrough, topologicalOrder } from "./order.ts";
import { resolveCache, resolveService } from "./resources.ts";
import { resolveText } from "./scope.ts";
import type { KeyPath, PlanProblem, Scope, Tell } from "./scope.ts";
import { resolveVariables, roomForSteps } from "./steps.ts";
import type { StepContext, Use } from "./steps.ts";
import { isAutomatic, resolveTriggers, usualTriggers } from "./triggers.ts";

/** The workflow of jobs that name none. */
const usualWorkflow = "ci";

export type ResolvedPipeline = {
  /** With the places of modules still open. */
  readonly graph: Graph;
  readonly uses: readonly Use[];
  /** All there are; the graph of a faulty file has what could be resolved. */
  readonly problems: readonly PlanProblem[];
};

export type Known = {
  /** What plugins found out. `undefined`: nobody was asked. */
  readonly facts: Readonly<Record<string, string>> | undefined;
};

/** What a `cig.toml` says, without variables, matrices, commands and stages. The same for the same file in any order of its keys. */
export function resolvePipeline(pipeline: Pipeline, { facts }: Known): ResolvedPipeline {
  const problems: PlanProblem[] = [];
  const tell: Tell = (problem) => void problems.push(problem);
  const uses: Use[] = [];
  const hasRoom = roomForSteps(tell);
  const contextOf = (id: string): StepContext => ({
    commands: pipeline.commands ?? {},
    hasRoom,
    use: (use) => uses.push({ ...use, job: id, number: uses.length + 1 }),
  });
  const variables = Object.fromEntries(
    Object.entries(pipeline.variables ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const scope: Scope = { variables, matrix: {}, parameters: {}, facts, tell };
  const bases = Object.keys(pipeline.jobs).toSorted(compareBytes);
  const planned = planIds(
    bases.map((base) => ({ base, instances: instancesOf(pipeline.jobs[base] ?? {}) })),
  );
  const links = linkJobs(pipeline, planned, scope);
  const order = topologicalOrder(links);
  tellCircles(planned, links, new Set(order), tell);
  const byId = new Map(planned.map((one) => [one.id, one]));
  // What a person has let go on is meant to happen, whatever happened before.
  const released = new Map<string, boolean>();
  const isReleased = (id: string): boolean => {
    const known = released.get(id);
    if (known !== undefined) return known;
    released.set(id, false);
    const is = (links.get(id) ?? []).some((need) => {
      const base = byId.get(need)?.base ?? "";
      return pipeline.jobs[base]?.approval !== undefined || isReleased(need);
    });
    released.set(id, is);
    return is;
  };
  const jobs = order.flatMap((id) => {
    const one = byId.get(id);
    const job = one === undefined ? undefined : pipeline.jobs[one.base];
    if (one === undefined || job === undefined) return [];
    const place = {
      planned: one,
      scope: { ...scope, matrix: one.instance.values },
      needs: links.get(id) ?? [],
      isAutomatic:
        isAutomatic(triggersOf(pipeline, workflowOf(job)).triggers) && !isReleased(one.id),
    };
    return [{ workflow: workflowOf(job), job: resolveJob(pipeline, job, place, contextOf(id)) }];
  });
  const graph = create(GraphSchema, {
    project: pipeline.project.name,
    workflows: workflowIds(pipeline).map((id) =>
      resolveWorkflow(pipeline, id, scope, ofWorkflow(jobs, id)),
    ),
    runners: named(pipeline.runners).map(([id, runner]) => ({
      id,
      settings: resolveOverrides(runner, ["runners", id]),
      place: { path: `runners.${id}` },
    })),
    services: named(pipeline.services).map(([id, service]) => resolveService(id, service, scope)),
    caches: named(pipeline.caches).map(([id, cache]) => resolveCache(id, cache, scope)),
    environments: named(pipeline.environments).map(([id, { name = id, url = "" }]) => ({
      id,
      name,
      url: url === "" ? undefined : resolveRunText(url, scope, ["environments", id, "url"]),
      place: { path: `environments.${id}` },
    })),
  });
  return { graph, uses, problems };
}

function named<Value>(table: Readonly<Record<string, Value>> | undefined) {
  return Object.entries(table ?? {}).toSorted(([a], [b]) => compareBytes(a, b));
}

function workflowOf(job: Pick<Job, "workflow">): string {
  return job.workflow ?? usualWorkflow;
}

/** Those that are declared or that a job names, by their ids. */
function workflowIds({ workflows, jobs }: Pipeline): readonly string[] {
  const ids = new Set([...Object.keys(workflows ?? {}), ...Object.values(jobs).map(workflowOf)]);
  return [...ids].toSorted(compareBytes);
}

function ofWorkflow(
  jobs: readonly { readonly workflow: string; readonly job: JobInit }[],
  id: string,
): JobInit[] {
  return jobs.filter(({ workflow }) => workflow === id).map(({ job }) => job);
}

function triggersOf({ triggers, workflows }: Pipeline, id: string) {
  const own = workflows?.[id]?.triggers;
  if (own !== undefined) return { triggers: own, path: ["workflows", id, "triggers"] };
  return { triggers: triggers ?? usualTriggers, path: ["triggers"] };
}

function resolveWorkflow(
  pipeline: Pipeline,
  id: string,
  scope: Scope,
  jobs: JobInit[],
): MessageInitShape<typeof WorkflowSchema> {
  const own = pipeline.workflows?.[id] ?? {};
  const path: KeyPath = ["workflows", id];
  const { triggers, path: triggersPath } = triggersOf(pipeline, id);
  const permissions =
    own.permissions === undefined
      ? resolvePermissions(pipeline.permissions, ["permissions"])
      : resolvePermissions(own.permissions, [...path, "permissions"]);
  const concurrency =
    own.concurrency === undefined
      ? resolveConcurrency(pipeline.concurrency, scope, ["concurrency"])
      : resolveConcurrency(own.concurrency, scope, [...path, "concurrency"]);
  const variables = resolveVariables(pipeline.variables, { scope, path: ["variables"] });
  const env = resolveVariables(own.env, { scope, path: [...path, "env"] });
  const overridden = new Set(env.map(({ name }) => name));
  return {
    id,
    name: own.name ?? id,
    triggers: resolveTriggers(triggers, triggersPath),
    env: [...variables.filter(({ name }) => !overridden.has(name)), ...env].toSorted((a, b) =>
      compareBytes(a.name ?? "", b.name ?? ""),
    ),
    permissions,
    concurrency,
    jobs,
    overrides: resolveOverrides(own, path),
    place: { path: path.join(".") },
  };
}

/** What each job needs, by its own word and by its stage. */
function linkJobs(
  pipeline: Pipeline,
  planned: readonly PlannedId[],
  scope: Scope,
): ReadonlyMap<string, readonly string[]> {
  const baseOf = new Map(planned.map(({ id, base }) => [id, base]));
  const isOfWorkflow = (id: string, workflow: string, path: KeyPath): boolean => {
    const base = baseOf.get(id) ?? "";
    const other = workflowOf(pipeline.jobs[base] ?? {});
    if (other === workflow) return true;
    const message = `${base} is of the workflow ${other}, and no job waits for one of another`;
    scope.tell({ path, message, hint: "put both into one workflow" });
    return false;
  };
  return new Map(
    planned.map(({ id, base, instance }) => {
      const job = pipeline.jobs[base];
      if (job === undefined) return [id, []];
      const own = { ...scope, matrix: instance.values };
      const written = job.needs.flatMap((need, at) => {
        const path = ["jobs", base, "needs", at];
        const found = jobsNeeded(resolveText(need, own, path), planned, { path, tell: scope.tell });
        return found.filter((other) => isOfWorkflow(other, workflowOf(job), path));
      });
      const staged = jobsBefore(pipeline, job, planned);
      return [id, [...new Set([...written, ...staged])].toSorted(compareBytes)];
    }),
  );
}

/** All jobs of the stages that the stage of a job needs, in its workflow. */
function jobsBefore(
  pipeline: Pipeline,
  job: Job,
  planned: readonly PlannedId[],
): readonly string[] {
  const workflow = workflowOf(job);
  const stages = pipeline.workflows?.[workflow]?.stages ?? [];
  const needed = stagesBefore(stages, job.stage);
  if (needed.size === 0) return [];
  return planned
    .filter(({ base }) => {
      const other = pipeline.jobs[base];
      return (
        other?.stage !== undefined && workflowOf(other) === workflow && needed.has(other.stage)
      );
    })
    .map(({ id }) => id);
}

type Stages = NonNullable<NonNullable<Pipeline["workflows"]>[string]["stages"]>;

/** All that come before: one without jobs of its own still stands between others. */
function stagesBefore(stages: Stages, stage: string | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  const follow = (name: string | undefined): void => {
    for (const need of stages.find((one) => one.name === name)?.needs ?? []) {
      if (found.has(need)) continue;
      found.add(need);
      follow(need);
    }
  };
  follow(stage);
  return found;
}

/** Each circle once, at the first of its jobs. */
function tellCircles(
  planned: readonly PlannedId[],
  links: ReadonlyMap<string, readonly string[]>,
  ordered: ReadonlySet<string>,
  tell: Tell,
): void {
  const told = new Set<string>();
  const baseOf = new Map(planned.map(({ id, base }) => [id, base]));
  for (const { id, base } of planned) {
    if (ordered.has(id) || told.has(base)) continue;
    const circle = circleThrough(id, links)?.map((one) => baseOf.get(one) ?? one);
    if (circle === undefined) continue;
    for (const one of circle) told.add(one);
    tell({ path: ["jobs", base, "needs"], message: `needs go round: ${circle.join(" -> ")}` });
  }
}
