import type { Graph, Workflow } from "@slipway/pipeline-sdk/graph";
import type { PlanResult } from "@slipway/pipeline-sdk/protocol";
import { compareBytes } from "@slipway/signature/basics";
import { circleThrough, topologicalOrder } from "./order.ts";
import type { Tell } from "./scope.ts";

const jobId = /^[A-Za-z_][A-Za-z0-9_-]*$/;

type Added = {
  readonly plugin: string;
  readonly result: Pick<PlanResult, "jobs" | "dependencies">;
};

/** Jobs and needs that plugins add, each into its workflow, which is put in order again. Changes `graph`. */
export function addJobs(graph: Graph, plans: readonly Added[], tell: Tell): void {
  const changed = new Set<Workflow>();
  for (const { plugin, result } of plans) {
    for (const { workflow: id, job } of result.jobs) {
      const workflow = graph.workflows.find((one) => one.id === id);
      const problem =
        workflow === undefined
          ? `to the workflow ${id}, which is not there`
          : job === undefined || !jobId.test(job.id)
            ? "without an id that every provider takes"
            : workflowOf(graph, job.id) !== undefined
              ? `${job.id}, which is there already`
              : undefined;
      if (workflow === undefined || job === undefined || problem !== undefined) {
        tell({ path: [], message: `${plugin} adds a job ${problem ?? ""}` });
        continue;
      }
      workflow.jobs.push(job);
      changed.add(workflow);
    }
    for (const { job: id, needs } of result.dependencies) {
      const workflow = workflowOf(graph, id);
      const job = workflow?.jobs.find((one) => one.id === id);
      if (workflow === undefined || job === undefined || workflowOf(graph, needs) !== workflow) {
        const message = `${plugin} says that ${id} needs ${needs}, and no workflow has both`;
        tell({ path: [], message });
        continue;
      }
      if (!job.needs.includes(needs)) job.needs.push(needs);
      job.needs.sort(compareBytes);
      changed.add(workflow);
    }
  }
  for (const workflow of changed) order(workflow, tell);
}

function workflowOf(graph: Graph, job: string): Workflow | undefined {
  return graph.workflows.find(({ jobs }) => jobs.some(({ id }) => id === job));
}

function order(workflow: Workflow, tell: Tell): void {
  const needs = new Map(workflow.jobs.map((job) => [job.id, job.needs]));
  for (const [id, of] of needs) {
    const missing = of.find((one) => !needs.has(one));
    if (missing !== undefined) {
      tell({ path: [], message: `${id} needs ${missing}, which is not there` });
    }
  }
  const places = new Map(topologicalOrder(needs).map((id, at) => [id, at]));
  const left = workflow.jobs.find(({ id }) => !places.has(id));
  const circle = left === undefined ? undefined : circleThrough(left.id, needs);
  if (circle !== undefined) {
    tell({
      path: ["jobs"],
      message: `with what plugins add, needs go round: ${circle.join(" -> ")}`,
    });
  }
  workflow.jobs.sort((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
}
