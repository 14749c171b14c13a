import type { ProjectGraph, TargetConfiguration, TargetDependencyConfig } from "@nx/devkit";
import { pathMatcher } from "./glob.ts";
import { dependenciesOf, projectsMatching } from "./nx-projects.ts";

export { slipwayTag } from "./nx-projects.ts";

export type TargetName = { readonly project: string; readonly target: string };

/**
 * Ids of the targets that one depends on. A continuous one is none: it serves, and its clients are keyed by what they
 * get from it. As in Nx, a dependency without such a target stands for what it depends on in turn.
 */
export function upstreamsOf(
  graph: ProjectGraph,
  project: string,
  target: TargetConfiguration,
): readonly string[] {
  const needed = needsOf(graph, project, target).filter(
    (name) => configurationOf(graph, name)?.continuous !== true,
  );
  return [...new Set(needed.map(idOf))];
}

/** The targets that Nx runs for some of them: those themselves, all that they need, and servers too. By id. */
export function reachedFrom(
  graph: ProjectGraph,
  names: Iterable<TargetName>,
): ReadonlyMap<string, TargetName> {
  const reached = new Map([...names].map((name) => [idOf(name), name]));
  for (const name of reached.values()) {
    const target = configurationOf(graph, name);
    const needed = target === undefined ? [] : needsOf(graph, name.project, target);
    for (const need of needed) if (!reached.has(idOf(need))) reached.set(idOf(need), need);
  }
  return reached;
}

function idOf({ project, target }: TargetName): string {
  return `${project}:${target}`;
}

function configurationOf(
  graph: ProjectGraph,
  { project, target }: TargetName,
): TargetConfiguration | undefined {
  return graph.nodes[project]?.data.targets?.[target];
}

function needsOf(
  graph: ProjectGraph,
  project: string,
  target: TargetConfiguration,
): readonly TargetName[] {
  return (target.dependsOn ?? []).flatMap((declared) => {
    const { projects, dependencies, target: wanted } = parseDependsOn(graph, declared);
    if (dependencies === true) return findBelow(graph, project, wanted);
    const owners = projects === undefined ? [project] : projectsMatching(graph, projects);
    return owners.flatMap((owner) => targetsNamed(graph, owner, wanted));
  });
}

type DependsOn = Pick<TargetDependencyConfig, "projects" | "dependencies" | "target">;

function parseDependsOn(graph: ProjectGraph, declared: string | TargetDependencyConfig): DependsOn {
  if (typeof declared !== "string") return declared;
  if (declared.startsWith("^")) return { target: declared.slice(1), dependencies: true };
  // Either name can have colons of its own; the longest that is a project's is it.
  for (let at = declared.lastIndexOf(":"); at > 0; at = declared.lastIndexOf(":", at - 1)) {
    const owner = declared.slice(0, at);
    if (Object.hasOwn(graph.nodes, owner)) {
      return { target: declared.slice(at + 1), projects: [owner] };
    }
  }
  return { target: declared };
}

function findBelow(graph: ProjectGraph, project: string, wanted: string): readonly TargetName[] {
  const seen = new Set(dependenciesOf(graph, project));
  const names: TargetName[] = [];
  for (const dependency of seen) {
    const found = targetsNamed(graph, dependency, wanted);
    names.push(...found);
    if (found.length > 0) continue;
    for (const next of dependenciesOf(graph, dependency)) seen.add(next);
  }
  return names.filter((name) => name.project !== project);
}

function targetsNamed(graph: ProjectGraph, project: string, wanted: string): readonly TargetName[] {
  const targets = graph.nodes[project]?.data.targets ?? {};
  // No glob is spared the making of a matcher: a graph of thousands has thousands of such names.
  if (!/[*?[\]{}()!+@|]/.test(wanted)) {
    return Object.hasOwn(targets, wanted) ? [{ project, target: wanted }] : [];
  }
  const matches = pathMatcher([wanted]);
  return Object.keys(targets)
    .filter((name) => name === wanted || matches(name))
    .map((target) => ({ project, target }));
}
