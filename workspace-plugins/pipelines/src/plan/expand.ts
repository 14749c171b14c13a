import { create } from "@bufbuild/protobuf";
import { ConditionSchema } from "@slipway/pipeline-sdk/graph";
import type { Graph, Step, Variable, Work } from "@slipway/pipeline-sdk/graph";
import type { CacheSteps, Expansion, PlanResult } from "@slipway/pipeline-sdk/protocol";
import { compareBytes } from "@slipway/signature/basics";
import { addJobs } from "./added-jobs.ts";
import { both } from "./conditions.ts";
import type { Tell } from "./scope.ts";
import { bothProviders } from "./steps.ts";
import type { Use } from "./steps.ts";

/** What a plugin answered to Plan. */
export type PluginPlan = { readonly plugin: string; readonly result: PlanResult };

/**
 * Puts what plugins gave into the graph: steps in the place of modules and packages, and what these need beside them. What the
 * file says of a cache, service or runner wins over a plugin's; two plugins that differ about one are told. Changes `graph`.
 */
export function expandGraph(
  graph: Graph,
  uses: readonly Use[],
  plans: readonly PluginPlan[],
  tell: Tell,
): void {
  addNamed(graph.caches, "cache", ({ caches }) => caches, { plans, tell });
  addNamed(graph.services, "service", ({ services }) => services, { plans, tell });
  addNamed(graph.runners, "runner", ({ runners }) => runners, { plans, tell });
  const expansions = expansionsOf(uses, plans, tell);
  const kept = cacheStepsOf(graph, plans, tell);
  for (const { jobs } of graph.workflows) {
    for (const job of jobs) {
      if (job.kind.case !== "work") continue;
      expandModules(job.kind.value, expansions);
      keepCaches(job.kind.value, kept);
    }
  }
  addJobs(graph, plans, tell);
}

type Given = { readonly plans: readonly PluginPlan[]; readonly tell: Tell };

type Identified = { readonly id: string };

function addNamed<Named extends Identified>(
  into: Named[],
  kind: string,
  select: (result: PlanResult) => readonly Named[],
  { plans, tell }: Given,
): void {
  const written = new Set(into.map(({ id }) => id));
  const givers = new Map<string, { readonly plugin: string; readonly text: string }>();
  for (const { plugin, result } of plans) {
    for (const one of select(result)) {
      if (written.has(one.id)) continue;
      const text = JSON.stringify(one, (key, value: unknown) => (key === "place" ? null : value));
      const other = givers.get(one.id);
      if (other === undefined) into.push(one);
      else if (other.text !== text) {
        const message = `${other.plugin} and ${plugin} give different ${kind}s ${one.id}`;
        tell({ path: [], message, hint: `write ${kind}s.${one.id} in the file: it wins` });
      }
      givers.set(one.id, { plugin, text });
    }
  }
  into.sort((a, b) => compareBytes(a.id, b.id));
}

type Expansions = ReadonlyMap<number, { readonly use: Use; readonly expansion: Expansion }>;

function expansionsOf(uses: readonly Use[], plans: readonly PluginPlan[], tell: Tell): Expansions {
  const found = new Map<number, { readonly use: Use; readonly expansion: Expansion }>();
  for (const { plugin, result } of plans) {
    for (const expansion of result.expansions) {
      const use = uses.find(({ number }) => number === expansion.number);
      const steps = [...expansion.steps, ...expansion.stepsAfter];
      if (use?.module !== plugin) {
        const message = `${plugin} answers for use ${expansion.number}, which is none of it`;
        tell({ path: [], message });
      } else if (steps.some(({ kind }) => kind.case === undefined || kind.case === "module")) {
        tell({ path: use.path, message: `${plugin} gives a step of no kind that it may give` });
      } else {
        found.set(use.number, { use, expansion });
      }
    }
  }
  for (const use of uses) {
    if (found.has(use.number)) continue;
    const hint = "where its module.toml has steps, slipway ci sync makes them known";
    tell({ path: use.path, message: `${use.module} gives no steps for it`, hint });
  }
  return found;
}

function expandModules(work: Work, expansions: Expansions): void {
  const after: Step[] = [];
  const used: Expansion[] = [];
  work.steps = work.steps.flatMap((step) => {
    if (step.kind.case !== "module") return [step];
    const found = expansions.get(step.kind.value.number);
    if (found === undefined) return [step];
    const { use, expansion } = found;
    used.push(expansion);
    after.push(...expansion.stepsAfter.map((each) => placed(each, step, use)));
    return expansion.steps.map((each) => placed(each, step, use));
  });
  work.steps.push(...after);
  work.caches = union(
    work.caches,
    used.flatMap(({ caches }) => caches),
  );
  work.services = union(
    work.services,
    used.flatMap(({ services }) => services),
  );
  work.env = joined([...used.flatMap(({ env }) => env), ...work.env]);
}

/** A step of a plugin as if it stood where the module is named. */
export function placed(step: Step, outer: Step, use: Use): Step {
  const condition = both(outer.condition, step.condition);
  return {
    ...step,
    ...(condition === undefined ? {} : { condition: create(ConditionSchema, condition) }),
    env: joined([...outer.env, ...step.env]),
    mayFail: outer.mayFail || step.mayFail,
    onlyFor: bothProviders(outer.onlyFor, step.onlyFor),
    origin: use.module,
    ...(outer.place === undefined ? {} : { place: outer.place }),
  };
}

/** Of two with the same name the later one counts. */
function joined(variables: readonly Variable[]): Variable[] {
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  return [...byName.values()].toSorted((a, b) => compareBytes(a.name, b.name));
}

function union(first: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...first, ...more])];
}

/** By the id of the cache. */
function cacheStepsOf(
  graph: Graph,
  plans: readonly PluginPlan[],
  tell: Tell,
): ReadonlyMap<string, CacheSteps> {
  const found = new Map<string, CacheSteps>();
  for (const { result } of plans) for (const one of result.cacheSteps) found.set(one.cache, one);
  for (const { id, backend } of graph.caches) {
    if (backend === "native" || found.has(id)) continue;
    const message = `no plugin keeps caches in ${backend}`;
    const hint = `name one that does: plugins."cache/${backend}" = {}`;
    tell({ path: ["caches", id, "backend"], message, hint });
  }
  return found;
}

function keepCaches(work: Work, kept: ReadonlyMap<string, CacheSteps>): void {
  const own = work.caches.flatMap((id) => kept.get(id) ?? []);
  if (kept.size === 0) return;
  work.caches = work.caches.filter((id) => !kept.has(id));
  const inPlace = work.steps.flatMap((step) => {
    const { kind } = step;
    if (kind.case === "restoreCache") return kept.get(kind.value.cache)?.restore ?? [step];
    return kind.case === "saveCache" ? (kept.get(kind.value.cache)?.save ?? [step]) : [step];
  });
  work.steps = [
    ...own.flatMap(({ restore }) => restore),
    ...inPlace,
    ...own.flatMap(({ save }) => save),
  ];
}
