import type { ProjectGraph, ProjectGraphProjectNode } from "@nx/devkit";
import { pathMatcher } from "./glob.ts";

/** Projects with this tag are ours. */
export const slipwayTag = "slipway";

/** Projects that a project needs directly, in the order of the graph. */
export function dependenciesOf(graph: ProjectGraph, project: string): readonly string[] {
  const targets = (graph.dependencies[project] ?? []).map((dependency) => dependency.target);
  return [...new Set(targets)].filter(
    (target) => Object.hasOwn(graph.nodes, target) && target !== project,
  );
}

/** Projects that a project needs, directly or through others. */
export function allDependenciesOf(graph: ProjectGraph, project: string): readonly string[] {
  const found = new Set(dependenciesOf(graph, project));
  for (const name of found) {
    for (const next of dependenciesOf(graph, name)) found.add(next);
  }
  found.delete(project);
  return [...found];
}

/** `patterns` are as Nx has them: names, globs of names, `tag:…`, and `!` before any of them. */
export function projectsMatching(
  graph: ProjectGraph,
  patterns: string | readonly string[],
): readonly string[] {
  const chosen = new Set<string>();
  for (const pattern of typeof patterns === "string" ? [patterns] : patterns) {
    const isNegative = pattern.startsWith("!");
    const names = namesMatching(graph, isNegative ? pattern.slice(1) : pattern);
    for (const name of names) {
      if (isNegative) chosen.delete(name);
      else chosen.add(name);
    }
  }
  return [...chosen];
}

function namesMatching(graph: ProjectGraph, pattern: string): readonly string[] {
  if (Object.hasOwn(graph.nodes, pattern)) return [pattern];
  const nodes = Object.values(graph.nodes);
  const matches = pathMatcher([pattern.replace(/^tag:/, "")]);
  const isMatch = pattern.startsWith("tag:")
    ? (node: ProjectGraphProjectNode) => (node.data.tags ?? []).some(matches)
    : (node: ProjectGraphProjectNode) => matches(node.name);
  return nodes.filter(isMatch).map((node) => node.name);
}
