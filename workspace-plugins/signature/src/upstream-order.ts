import { compareBytes } from "./byte-order.ts";
import type { SignatureFailure } from "./failure.ts";
import { fail, ok } from "./result.ts";
import type { Result } from "./result.ts";
import type { TargetDefinition } from "./target.ts";

/** Upstreams first, otherwise by id: the order of `definitions` makes no difference. */
export function orderByUpstreams(
  definitions: readonly TargetDefinition[],
): Result<readonly TargetDefinition[], SignatureFailure> {
  const known = new Map(definitions.map((definition) => [definition.id, definition]));
  const ordered = new Map<string, TargetDefinition>();
  for (const id of [...known.keys()].toSorted(compareBytes)) {
    const failure = visit(id, { known, ordered, path: [] });
    if (failure !== undefined) return fail(failure);
  }
  return ok([...ordered.values()]);
}

type Walk = {
  readonly known: ReadonlyMap<string, TargetDefinition>;
  readonly ordered: Map<string, TargetDefinition>;
  /** The targets that led here. */
  readonly path: readonly string[];
};

function visit(id: string, walk: Walk): SignatureFailure | undefined {
  if (walk.ordered.has(id)) return undefined;
  if (walk.path.includes(id)) {
    return { reason: "upstream-cycle", path: [...walk.path.slice(walk.path.indexOf(id)), id] };
  }
  const definition = walk.known.get(id);
  if (definition === undefined) {
    return { reason: "upstream-unknown", target: walk.path.at(-1) ?? "", upstream: id };
  }
  for (const upstream of definition.upstreams.toSorted(compareBytes)) {
    const failure = visit(upstream, { ...walk, path: [...walk.path, id] });
    if (failure !== undefined) return failure;
  }
  walk.ordered.set(id, definition);
  return undefined;
}
