import type { ProjectGraph, TargetConfiguration, TargetDependencyConfig } from "@nx/devkit";
import { pathMatcher } from "./glob.ts";
import { dependenciesOf, projectsMatching } from "./nx-projects.ts";

/**
 * Ids of the targets that one depends on. A continuous one is none: it serves, and its clients are keyed by what they
 * get from it. As in Nx, a dependency without such a target stands for what it depends on in turn.
 */
export function upstreamsOf(
  graph: ProjectGraph,
  project: string,
  target: TargetConfiguration,
): readonly string[] {
  const ids = (target.dependsOn ?? []).flatMap((declared) => {
    const { projects, dependencies, target: wanted } = parseDependsOn(graph, declared);
    if (dependencies === true) return findBelow(graph, project, wanted);
    const owners = projects === undefined ? [project] : projectsMatching(graph, projects);
    return owners.flatMap((owner) => targetsNamed(graph, owner, wanted));
  });
  return [...new Set(ids)];
}

type DependsOn = Pick<TargetDependencyConfig, "projects" | "dependencies" | "target">;

function parseDependsOn(graph: ProjectGraph, declared: string | TargetDependencyConfig): DependsOn {
  if (typeof declared !== "string") return declared;
  if (declared.startsWith("^")) return { target: declared.slice(1), dependencies: true };
  const owner = Object.keys(graph.nodes).find((name) => declared.startsWith(`${name}:`));
  if (owner === undefined) return { target: declared };
  return { target: declared.slice(owner.length + 1), projects: [owner] };
}

function findBelow(graph: ProjectGraph, project: string, wanted: string): readonly string[] {
  const seen = new Set(dependenciesOf(graph, project));
  const ids: string[] = [];
  for (const dependency of seen) {
    const found = targetsNamed(graph, dependency, wanted);
    ids.push(...found);
    if (found.length > 0) continue;
    for (const next of dependenciesOf(graph, dependency)) seen.add(next);
  }
  return ids.filter((id) => !id.startsWith(`${project}:`));
}

function targetsNamed(graph: ProjectGraph, project: string, wanted: string): readonly string[] {
  const targets = Object.entries(graph.nodes[project]?.data.targets ?? {});
  const matches = pathMatcher([wanted]);
  return targets
    .filter(([name, { continuous }]) => (name === wanted || matches(name)) && continuous !== true)
    .map(([name]) => `${project}:${name}`);
}
