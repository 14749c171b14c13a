import type { ProjectGraph } from "@nx/devkit";
import { reachedFrom, slipwayTag } from "@slipway/signature/reach";
import type { TargetName } from "@slipway/signature/reach";

/**
 * The targets that a command line can reach, by id; empty when none of ours is among them. Nx tells a hook the words
 * of the command and not its tasks, so a word that only looks like a target costs a few milliseconds and nothing else.
 */
export function reachedTargets(
  argv: readonly string[],
  graph: ProjectGraph,
): ReadonlyMap<string, TargetName> {
  const asked = askedTargets(argv, graph);
  const none = new Map<string, TargetName>();
  if (asked.length === 0 || !mayReachOurs(asked, graph)) return none;
  const reached = reachedFrom(graph, asked);
  return [...reached.values()].some(({ project }) => isOurs(graph, project)) ? reached : none;
}

function isOurs(graph: ProjectGraph, project: string): boolean {
  return graph.nodes[project]?.data.tags?.includes(slipwayTag) === true;
}

/** `project:target` is that one; a name alone is the target of every project that has it. */
function askedTargets(argv: readonly string[], graph: ProjectGraph): readonly TargetName[] {
  const names = new Set<string>();
  const single: TargetName[] = [];
  for (const word of argv.flatMap((text) => text.split(/[\s,=]/))) {
    const found = splits(word).filter(({ project, target }) => hasTarget(graph, project, target));
    if (found.length > 0) single.push(...found);
    else for (const { project, target } of splits(word)) names.add(project).add(target);
    names.add(word);
  }
  const everywhere = Object.values(graph.nodes).flatMap((node) =>
    Object.keys(node.data.targets ?? {})
      .filter((target) => names.has(target))
      .map((target) => ({ project: node.name, target })),
  );
  return [...single, ...everywhere];
}

function hasTarget(graph: ProjectGraph, project: string, target: string): boolean {
  return target in (graph.nodes[project]?.data.targets ?? {});
}

/** Either name can have colons of its own, and a configuration may follow. */
function splits(word: string): readonly TargetName[] {
  const parts = word.split(":");
  const names: TargetName[] = [];
  for (let middle = 1; middle < parts.length; middle += 1) {
    for (let end = middle + 1; end <= parts.length; end += 1) {
      const project = parts.slice(0, middle).join(":");
      names.push({ project, target: parts.slice(middle, end).join(":") });
    }
  }
  return names;
}

/** By names alone, for a quick answer to a command that is none of ours. */
function mayReachOurs(asked: readonly TargetName[], graph: ProjectGraph): boolean {
  const needs = new Map<string, Set<string>>();
  const ours = new Set<string>();
  for (const node of Object.values(graph.nodes)) {
    for (const [name, target] of Object.entries(node.data.targets ?? {})) {
      if (isOurs(graph, node.name)) ours.add(name);
      for (const need of target.dependsOn ?? []) {
        const known = needs.get(name) ?? new Set();
        known.add(typeof need === "string" ? need.replace(/^\^|^.*:/, "") : need.target);
        needs.set(name, known);
      }
    }
  }
  const reached = new Set(asked.map(({ target }) => target));
  for (const name of reached) {
    if (ours.has(name) || /[*?[\]{}()!+@|]/.test(name)) return true;
    for (const need of needs.get(name) ?? []) reached.add(need);
  }
  return false;
}
