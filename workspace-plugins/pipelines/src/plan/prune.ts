import type { Graph, Work } from "@slipway/pipeline-sdk/graph";

/** Takes out what no job names. Changes `graph`. */
export function pruneGraph(graph: Graph): void {
  const works = graph.workflows.flatMap(({ jobs }) =>
    jobs.flatMap(({ kind }) => (kind.case === "work" ? [kind.value] : [])),
  );
  const keep = <Named extends { readonly id: string }>(
    all: readonly Named[],
    namesOf: (work: Work) => readonly string[],
  ): Named[] => {
    const names = new Set(works.flatMap(namesOf));
    return all.filter(({ id }) => names.has(id));
  };
  graph.runners = keep(graph.runners, ({ runner }) => [runner]);
  graph.services = keep(graph.services, ({ services }) => services);
  graph.environments = keep(graph.environments, ({ environment }) => [environment]);
  graph.caches = keep(graph.caches, ({ caches, steps }) => [
    ...caches,
    ...steps.flatMap(({ kind }) =>
      kind.case === "restoreCache" || kind.case === "saveCache" ? [kind.value.cache] : [],
    ),
  ]);
  graph.workflows = graph.workflows.filter(({ jobs }) => jobs.length > 0);
}
