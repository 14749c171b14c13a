import type { ProjectGraph } from "@nx/devkit";
import { slipwayTag } from "@slipway/signature";

/**
 * The names of our targets that a command line asks for, or that those depend on. Nx tells a hook the words of the
 * command and not its tasks, so a word that only looks like a target costs a few milliseconds and nothing else.
 */
export function commandTargets(argv: readonly string[], graph: ProjectGraph): ReadonlySet<string> {
  const needs = targetNeeds(graph);
  const words = argv.flatMap((word) => word.split(/[,:=]/));
  const wanted = new Set(words.filter((word) => needs.has(word)));
  for (const name of wanted) for (const need of needs.get(name) ?? []) wanted.add(need);
  return wanted;
}

/** Target names of our projects, each with the names it depends on. */
function targetNeeds(graph: ProjectGraph): ReadonlyMap<string, ReadonlySet<string>> {
  const needs = new Map<string, Set<string>>();
  for (const node of Object.values(graph.nodes)) {
    if (node.data.tags?.includes(slipwayTag) !== true) continue;
    for (const [name, target] of Object.entries(node.data.targets ?? {})) {
      const known = needs.get(name) ?? new Set();
      for (const need of target.dependsOn ?? []) {
        known.add(typeof need === "string" ? need.replace(/^\^/, "") : need.target);
      }
      needs.set(name, known);
    }
  }
  return needs;
}
