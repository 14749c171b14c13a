import { parse } from "yaml";
import { z } from "zod";
import { githubContexts, githubEvents } from "./github-contexts.ts";
import { githubHolds } from "./github-expressions.ts";
import { GithubTriggers, githubStarts } from "./github-filter.ts";
import type { Assumed } from "./run-workflow.ts";
import type { Scenario } from "./scenario.ts";

const Job = z.object({
  needs: z
    .union([z.string(), z.array(z.string())])
    .default([])
    .transform((needs) => [needs].flat()),
  if: z.union([z.string(), z.boolean().transform(String)]).optional(),
  outputs: z.record(z.string(), z.string()).default({}),
  "continue-on-error": z.union([z.boolean(), z.string()]).optional(),
});
type Job = z.output<typeof Job>;

const Workflow = z.object({ on: GithubTriggers, jobs: z.record(z.string(), Job) });

export type GithubFate = {
  readonly runs: boolean;
  /** As the file has it. */
  readonly condition: string | undefined;
};

export type GithubRun =
  /** By id, also of jobs that are in no graph. */
  | { readonly started: boolean; readonly fates: ReadonlyMap<string, GithubFate> }
  | { readonly problem: string };

type Ended = { readonly result: string; readonly outputs: Readonly<Record<string, string>> };

/**
 * What GitHub makes of a rendered workflow, by its own library for expressions: independent of the graph. Jobs that run end well, but
 * those that are to fail; the one that says which jobs are left out says so of those that are unchanged.
 */
export function runGithub(content: string, scenario: Scenario, assumed: Assumed): GithubRun {
  const parsed = Workflow.safeParse(parse(content));
  if (!parsed.success) return { problem: z.prettifyError(parsed.error) };
  const { on, jobs } = parsed.data;
  const fates = new Map<string, GithubFate>();
  if (!githubStarts(on, githubEvents[scenario.event], scenario)) return { started: false, fates };
  const ended = new Map<string, Ended>();
  const before = new Map<string, ReadonlySet<string>>();
  const waiting = new Map(Object.entries(jobs));
  while (waiting.size > 0) {
    const next = waiting.entries().find(([, { needs }]) => needs.every((need) => ended.has(need)));
    if (next === undefined) return { problem: `needs go round: ${[...waiting.keys()].join(", ")}` };
    const [id, job] = next;
    waiting.delete(id);
    const all = new Set<string>();
    for (const need of job.needs) {
      all.add(need);
      for (const one of before.get(need) ?? []) all.add(one);
    }
    before.set(id, all);
    const runs = isRun(job, all, ended, scenario);
    if (typeof runs !== "boolean") return { problem: `${id}: ${runs.problem}` };
    fates.set(id, { runs, condition: job.if });
    ended.set(id, endOf(id, job, runs, { scenario, assumed }));
  }
  return { started: true, fates };
}

function isRun(
  job: Job,
  before: ReadonlySet<string>,
  ended: ReadonlyMap<string, Ended>,
  scenario: Scenario,
) {
  const results = [...before].map((id) => ended.get(id)?.result);
  const needs = Object.fromEntries(
    job.needs.map((id) => [id, ended.get(id) ?? { result: "skipped", outputs: {} }] as const),
  );
  return githubHolds(job.if, githubContexts(scenario, needs), {
    hasFailed: results.includes("failure"),
    wasCancelled: false,
    isEnding: false,
    wasLeftOut: results.includes("skipped"),
  });
}

/** An output of a job of the graph is what the simulation was told; one by the name of a job is the answer whether that one runs. */
function endOf(
  id: string,
  job: Job,
  runs: boolean,
  { scenario, assumed }: { readonly scenario: Scenario; readonly assumed: Assumed },
): Ended {
  if (!runs) return { result: "skipped", outputs: {} };
  const isFailed = assumed.failing.has(id) && job["continue-on-error"] !== true;
  const outputs = Object.keys(job.outputs).map((name) => {
    const told = scenario.outputs[`${id}.${name}`];
    return [name, told ?? (assumed.unchanged.has(name) ? "false" : "")] as const;
  });
  return { result: isFailed ? "failure" : "success", outputs: Object.fromEntries(outputs) };
}
