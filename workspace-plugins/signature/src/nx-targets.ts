import type { ProjectGraph, TargetConfiguration } from "@nx/devkit";
import type { DerivationFailure } from "./failure.ts";
import { resolveInputs, sortedRoots } from "./nx-inputs.ts";
import type { NamedInputs, WorkspaceInputs } from "./nx-inputs.ts";
import { malformedField } from "./nx-shapes.ts";
import { slipwayTag } from "./nx-projects.ts";
import { upstreamsOf } from "./nx-upstreams.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";
import type { TargetDefinition } from "./target.ts";

export type { NamedInputs } from "./nx-inputs.ts";

export type Derivation = {
  readonly definitions: readonly TargetDefinition[];
  /** Targets whose declaration has no place in a signature, by id. */
  readonly failures: ReadonlyMap<string, DerivationFailure>;
};

/**
 * The definitions of all targets of our projects, and of the targets that they build on wherever those are, by id.
 * Continuous targets have no result, so they have no definition. `namedInputs` are those of nx.json.
 */
export function deriveTargets(graph: ProjectGraph, namedInputs: NamedInputs = {}): Derivation {
  const workspace = { graph, namedInputs, roots: sortedRoots(graph) };
  const wanted = new Set(ownTargets(graph));
  const definitions: TargetDefinition[] = [];
  const failures = new Map<string, DerivationFailure>();
  for (const id of wanted) {
    const definition = deriveTarget(workspace, id);
    if (!definition.ok) {
      failures.set(id, definition.failure);
      continue;
    }
    definitions.push(definition.value);
    for (const upstream of definition.value.upstreams) wanted.add(upstream);
  }
  return { definitions: definitions.toSorted((a, b) => (a.id < b.id ? -1 : 1)), failures };
}

function ownTargets(graph: ProjectGraph): readonly string[] {
  return Object.values(graph.nodes)
    .filter((node) => node.data.tags?.includes(slipwayTag) === true)
    .flatMap((node) =>
      Object.entries(node.data.targets ?? {})
        .filter(([, target]) => target.continuous !== true)
        .map(([name]) => `${node.name}:${name}`),
    );
}

function deriveTarget(
  workspace: WorkspaceInputs,
  id: string,
): Result<TargetDefinition, DerivationFailure> {
  const { project, root, target } = findTarget(workspace.graph, id);
  const field = malformedField(target);
  if (field !== undefined) {
    const found = JSON.stringify(target[field]);
    return fail({ reason: "target-malformed", target: id, field, found });
  }
  const inputs = resolveInputs(workspace, { id, project, target });
  if (!inputs.ok) return fail(inputs.failure);
  const place = placer(root, project);
  return ok({
    id,
    project,
    projectRoot: root,
    executor: target.executor ?? "nx:noop",
    options: optionsOf(target, place),
    inputs: inputs.value,
    outputs: (target.outputs ?? []).map((output) => place(output).replace(/^\.\//, "")),
    upstreams: upstreamsOf(workspace.graph, project, target),
    isCached: target.cache === true,
  });
}

function findTarget(graph: ProjectGraph, id: string) {
  // Projects and targets may have colons in their names.
  for (let colon = id.indexOf(":"); colon !== -1; colon = id.indexOf(":", colon + 1)) {
    const node = graph.nodes[id.slice(0, colon)];
    const target = node?.data.targets?.[id.slice(colon + 1)];
    if (node !== undefined && target !== undefined) {
      return { project: node.name, root: node.data.root, target };
    }
  }
  throw new Error(`internal: no target ${id}`);
}

type Place = (text: string) => string;

function placer(root: string, project: string): Place {
  return (text) =>
    text
      // By a function: a text would have its `$&` replaced.
      .replaceAll("{projectRoot}", () => root)
      .replaceAll("{workspaceRoot}/", "")
      .replaceAll("{projectName}", () => project);
}

/** With those of the default configuration, as Nx runs the target when none is asked for. */
function optionsOf(target: TargetConfiguration, place: Place): Readonly<Record<string, unknown>> {
  const own: unknown = target.options;
  const configured: unknown = target.configurations?.[target.defaultConfiguration ?? ""];
  const options = { ...(isRecord(own) ? own : {}), ...(isRecord(configured) ? configured : {}) };
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, placeAll(value, place)]),
  );
}

function placeAll(value: unknown, place: Place): unknown {
  if (typeof value === "string") return place(value);
  if (Array.isArray(value)) return value.map((item: unknown) => placeAll(item, place));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, placeAll(member, place)]),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
