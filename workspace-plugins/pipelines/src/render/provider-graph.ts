import type { Graph, Override, Step } from "@slipway/pipeline-sdk/graph";

/** The graph as one provider gets it: without what the file says to others alone, and without workflows that it does not write. */
export function graphFor(provider: string, graph: Graph, workflows: ReadonlySet<string>): Graph {
  const ownOf = (overrides: readonly Override[]): Override[] =>
    overrides.filter((override) => override.provider === provider);
  const stepsOf = (steps: readonly Step[]): Step[] =>
    steps
      .filter(({ onlyFor }) => onlyFor.length === 0 || onlyFor.includes(provider))
      .map((step) => (step.onlyFor.length === 0 ? step : { ...step, onlyFor: [] }));
  return {
    ...graph,
    runners: graph.runners.map((runner) => ({ ...runner, settings: ownOf(runner.settings) })),
    workflows: graph.workflows
      .filter(({ id }) => workflows.has(id))
      .map((workflow) => ({
        ...workflow,
        overrides: ownOf(workflow.overrides),
        jobs: workflow.jobs.map((job) => ({
          ...job,
          overrides: ownOf(job.overrides),
          kind:
            job.kind.case === "work"
              ? {
                  case: "work" as const,
                  value: { ...job.kind.value, steps: stepsOf(job.kind.value.steps) },
                }
              : job.kind,
        })),
      })),
  };
}
