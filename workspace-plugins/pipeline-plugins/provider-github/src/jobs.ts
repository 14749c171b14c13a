import type { Approval, Concurrency, Graph, Job, Work } from "@slipway/pipeline-sdk/graph";
import { renderContainer, renderServices } from "./containers.ts";
import { asksStatus, asksSuccess, renderCondition, wellBefore } from "./conditions.ts";
import { quoted, renderValue, stepOutput } from "./expressions.ts";
import { overlay } from "./overlay.ts";
import { renderPermissions } from "./permissions.ts";
import { compact, flag, positive } from "./plain.ts";
import type { Plain } from "./plain.ts";
import { renderSteps } from "./steps.ts";
import type { StepContext } from "./steps.ts";
import { renderVariables, shellOf } from "./variables.ts";

type Rendered = { readonly [key: string]: Plain };

export type JobContext = StepContext & {
  /** The id of the job that says which jobs run. `undefined`: all do. */
  readonly bootstrap: string | undefined;
  /** Ids of jobs that may be left out: what needs them runs all the same. */
  readonly mayBeLeftOut: ReadonlySet<string>;
  /** Ids of jobs that end before each, and that it names beside its needs. */
  readonly before: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether a job asks the bootstrap. */
  readonly isAsking: (job: Job) => boolean;
};

export function renderJob(job: Job, context: JobContext): Rendered {
  const { kind } = job;
  const needs = needsOf(job, context);
  const common = {
    name: nameOf(job),
    needs: needs.length === 1 ? needs[0] : needs,
    if: conditionOf(job, context),
  };
  switch (kind.case) {
    case "work":
      return overlay(renderWork(job, kind.value, common, context), job.overrides);
    case "approval":
      return overlay(renderApproval(job, kind.value, common), job.overrides);
    case undefined:
      throw new Error(`internal: ${job.id} is of a kind that no provider sees`);
  }
}

function nameOf({ id, name, kind }: Job): string | undefined {
  const isParted = kind.case === "work" && kind.value.parallelism > 1;
  if (isParted) return `${quoted(name)} (\${{ strategy.job-index }})`;
  return name === id ? undefined : quoted(name);
}

/** Whether a job says itself that all before it ended well, or were left out. */
function saysWell(job: Job, { isAsking, mayBeLeftOut }: JobContext): boolean {
  if (asksStatus(job.condition)) return asksSuccess(job.condition);
  return isAsking(job) || job.needs.some((need) => mayBeLeftOut.has(need));
}

/** Where a job says itself that all before it ended well: a cancelled job before one that was left out is seen by its name alone. */
function needsOf(job: Job, context: JobContext): readonly string[] {
  const before = saysWell(job, context) ? (context.before.get(job.id) ?? new Set()) : new Set();
  const own = new Set(job.needs);
  const others = context.jobs.map(({ id }) => id).filter((id) => before.has(id) && !own.has(id));
  const asked = context.isAsking(job) ? [context.bootstrap ?? ""] : [];
  return [...asked, ...job.needs, ...others];
}

/**
 * A job that needs others gets `success()` in front of its condition by GitHub, for which one that was left out anywhere before
 * it is none: what needs a job that may be left out says itself what has to hold.
 */
function conditionOf(job: Job, context: JobContext): string | undefined {
  const own = job.condition;
  const isAsking = context.isAsking(job);
  const parts = [
    ...(saysWell(job, context) && !asksStatus(own) ? [wellBefore] : []),
    ...(isAsking ? [`needs.${context.bootstrap ?? ""}.outputs.${job.id} != 'false'`] : []),
  ];
  if (own !== undefined) {
    const text = renderCondition(own, "job");
    parts.push(parts.length > 0 && own.kind.case === "any" ? `(${text})` : text);
  }
  return parts.length === 0 ? undefined : `\${{ ${parts.join(" && ")} }}`;
}

type Common = {
  readonly name: string | undefined;
  readonly needs: Plain | undefined;
  readonly if: string | undefined;
};

function renderWork(job: Job, work: Work, common: Common, context: JobContext): Rendered {
  const { graph } = context;
  return compact({
    ...common,
    permissions: renderPermissions(work.permissions),
    ...runnerOf(graph, work.runner),
    environment: environmentOf(graph, work.environment),
    concurrency: renderConcurrency(work.concurrency) ?? slotOf(job, work, context),
    container: work.container === undefined ? undefined : renderContainer(work.container),
    services: renderServices(graph, work),
    strategy: strategyOf(work),
    outputs: Object.fromEntries(
      work.outputs.map(({ name, step, output }) => [name, stepOutput(step, output)]),
    ),
    env: { ...renderVariables(work.env), ...partVariables(work) },
    defaults: compact({
      run: compact({
        shell: shellOf(work.shell),
        "working-directory": quoted(work.workingDirectory),
      }),
    }),
    "timeout-minutes": positive(work.timeoutMinutes),
    "continue-on-error": flag(work.mayFail),
    steps: renderSteps(job, work, context),
  });
}

/** Waits for those who may release the environment of its name. */
function renderApproval(job: Job, { prompt }: Approval, common: Common): Rendered {
  return compact({
    ...common,
    permissions: {},
    "runs-on": usualRunner,
    environment: job.id,
    steps: [{ name: quoted(prompt) || "approved", run: "true" }],
  });
}

export const usualRunner = "ubuntu-latest";

/** The settings of the runner for GitHub, of which `runs-on` is one; a name that the file does not declare is a label. */
function runnerOf(graph: Graph, id: string): Rendered {
  if (id === "") return { "runs-on": usualRunner };
  const runner = graph.runners.find((one) => one.id === id);
  return runner === undefined ? { "runs-on": id } : overlay({}, runner.settings);
}

function environmentOf(graph: Graph, id: string): Plain | undefined {
  if (id === "") return undefined;
  const found = graph.environments.find((one) => one.id === id);
  const name = quoted(found?.name ?? id);
  return found?.url === undefined ? name : { name, url: renderValue(found.url) };
}

export function renderConcurrency(concurrency: Concurrency | undefined): Rendered | undefined {
  if (concurrency === undefined) return undefined;
  return compact({
    group: renderValue(concurrency.group),
    "cancel-in-progress": flag(concurrency.cancelInProgress),
  });
}

/** Jobs of one matrix take turns in as many groups as may run at once. */
function slotOf(job: Job, work: Work, { jobs }: JobContext): Rendered | undefined {
  const most = work.matrixPolicy?.maxParallel ?? 0;
  if (most === 0) return undefined;
  const beside = jobs.filter(({ base }) => base === job.base).map(({ id }) => id);
  const slot = beside.indexOf(job.id) % most;
  return { group: `\${{ github.run_id }}-${job.base}-${slot}`, queue: "max" };
}

function strategyOf({ parallelism }: Work): Plain | undefined {
  if (parallelism < 2) return undefined;
  return {
    "fail-fast": false,
    matrix: { part: Array.from({ length: parallelism }, (_, at) => at) },
  };
}

/** By which equal runs know what is theirs. */
function partVariables({ parallelism }: Work): Rendered {
  if (parallelism < 2) return {};
  return {
    SLIPWAY_PART: "${{ strategy.job-index }}",
    SLIPWAY_PARTS: "${{ strategy.job-total }}",
  };
}
