import type { Graph, Workflow } from "@slipway/pipeline-sdk/graph";
import type { Fate } from "./fates.ts";
import { runGithub } from "./run-github.ts";
import { runWorkflow } from "./run-workflow.ts";
import type { Assumed } from "./run-workflow.ts";
import type { Scenario } from "./scenario.ts";

export { holds, textOf } from "./condition.ts";
export { decideChange } from "./decide-change.ts";
export type { ChangeDecision } from "./decide-change.ts";
export type { Fate } from "./fates.ts";
export { githubContexts } from "./github-contexts.ts";
export { githubHolds, githubText } from "./github-expressions.ts";
export { events } from "./scenario.ts";
export type { EventName, Scenario } from "./scenario.ts";

/** A file of a provider, as it is rendered. */
export type SimulatedFile = {
  readonly provider: string;
  readonly path: string;
  readonly workflows: readonly string[];
  /** `undefined`: it was not rendered. */
  readonly content: string | undefined;
};

export type JobFate = {
  readonly workflow: string;
  readonly job: string;
  readonly provider: string;
  readonly fate: Fate;
  /** What stands in the file, where it is one of GitHub's. */
  readonly rendered?: string | undefined;
};

/** The rendered file would do something else than the graph says. */
export type Disagreement =
  | { readonly reason: "starts" | "starts-not"; readonly path: string; readonly workflow: string }
  | {
      readonly reason: "runs" | "runs-not";
      readonly path: string;
      readonly workflow: string;
      readonly job: string;
      readonly condition: string | undefined;
    }
  | { readonly reason: "unreadable"; readonly path: string; readonly problem: string };

export type Simulation = {
  readonly jobs: readonly JobFate[];
  readonly disagreements: readonly Disagreement[];
};

/** What becomes of each job with each provider; the files of GitHub are evaluated for themselves and compared. */
export function simulate(
  graph: Graph,
  files: readonly SimulatedFile[],
  scenario: Scenario,
  assumed: Assumed,
): Simulation {
  const runs = files.flatMap((file) =>
    graph.workflows
      .filter(({ id }) => file.workflows.includes(id))
      .map((workflow) => simulateFile(file, workflow, scenario, assumed)),
  );
  return {
    jobs: runs.flatMap(({ jobs }) => jobs),
    disagreements: runs.flatMap(({ disagreements }) => disagreements),
  };
}

/** What a person who changes nothing starts it with. */
function withDefaults({ triggers }: Workflow, scenario: Scenario): Scenario {
  const usual = Object.fromEntries(
    (triggers?.manual?.inputs ?? []).map(({ name, default: text = "" }) => [name, text]),
  );
  return { ...scenario, inputs: { ...usual, ...scenario.inputs } };
}

function simulateFile(
  file: SimulatedFile,
  workflow: Workflow,
  told: Scenario,
  assumed: Assumed,
): Simulation {
  const scenario = withDefaults(workflow, told);
  const fates = runWorkflow(workflow, scenario, assumed);
  const jobs = [...fates].map(([job, fate]) => ({
    workflow: workflow.id,
    job,
    provider: file.provider,
    fate,
  }));
  if (file.provider !== "github" || file.content === undefined) return { jobs, disagreements: [] };
  const run = runGithub(file.content, scenario, assumed);
  if ("problem" in run) {
    const { problem } = run;
    return { jobs, disagreements: [{ reason: "unreadable", path: file.path, problem }] };
  }
  const seen = jobs.map((one) => ({ ...one, rendered: run.fates.get(one.job)?.condition }));
  const about = { path: file.path, workflow: workflow.id };
  const isStarted = ![...fates.values()].some(
    (fate) => fate.verdict === "skip" && fate.because === "not-started",
  );
  if (isStarted !== run.started) {
    const reason = run.started ? "starts" : "starts-not";
    return { jobs: seen, disagreements: [{ reason, ...about }] };
  }
  if (!isStarted) return { jobs: seen, disagreements: [] };
  const disagreements = seen.flatMap(({ job, fate, rendered }): readonly Disagreement[] => {
    if (fate.verdict === "depends") return [];
    const runs = run.fates.get(job)?.runs === true;
    if (runs === (fate.verdict !== "skip")) return [];
    return [{ reason: runs ? "runs" : "runs-not", ...about, job, condition: rendered }];
  });
  return { jobs: seen, disagreements };
}
