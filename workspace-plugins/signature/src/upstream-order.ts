import { compareBytes } from "./byte-order.ts";
import type { SignatureFailure } from "./failure.ts";
import type { TargetDefinition } from "./target.ts";

type UpstreamCycle = Extract<SignatureFailure, { readonly reason: "upstream-cycle" }>;
type Definitions = ReadonlyMap<string, TargetDefinition>;

/**
 * Upstreams first, otherwise by id: the order of `definitions` makes no difference. Targets on a cycle are not among
 * the ordered, those that only build on one are. An upstream without a definition counts as ordered.
 */
export function orderByUpstreams(definitions: readonly TargetDefinition[]): {
  readonly ordered: readonly TargetDefinition[];
  readonly cyclic: ReadonlyMap<string, UpstreamCycle>;
} {
  const known = new Map(definitions.map((definition) => [definition.id, definition]));
  const ids = [...known.keys()].toSorted(compareBytes);
  const first = peel(ids, known);
  const stuck = new Map(
    ids.flatMap((id) => {
      const definition = first.has(id) ? undefined : known.get(id);
      return definition === undefined ? [] : [[id, definition] as const];
    }),
  );
  const cyclic = new Map<string, UpstreamCycle>();
  for (const id of stuck.keys()) {
    const path = cycleThrough(id, stuck);
    if (path !== undefined) cyclic.set(id, { reason: "upstream-cycle", path });
  }
  const behind = new Map([...stuck].filter(([id]) => !cyclic.has(id)));
  const last = peel([...behind.keys()], behind);
  return { ordered: [...first.values(), ...last.values()], cyclic };
}

/** All that can be ordered: a target as soon as each of its upstreams that is among `known` is there. */
function peel(ids: readonly string[], known: Definitions): Definitions {
  const waitsFor = new Map<string, Set<string>>();
  const consumers = new Map<string, string[]>();
  for (const id of ids) {
    const upstreams = new Set(known.get(id)?.upstreams.filter((upstream) => known.has(upstream)));
    waitsFor.set(id, upstreams);
    for (const upstream of upstreams) {
      const of = consumers.get(upstream) ?? [];
      of.push(id);
      consumers.set(upstream, of);
    }
  }
  const ordered = new Map<string, TargetDefinition>();
  const ready = new Set(ids.filter((id) => waitsFor.get(id)?.size === 0));
  for (const id of ready) {
    const definition = known.get(id);
    if (definition !== undefined) ordered.set(id, definition);
    for (const consumer of consumers.get(id) ?? []) {
      const left = waitsFor.get(consumer);
      left?.delete(id);
      if (left?.size === 0) ready.add(consumer);
    }
  }
  return ordered;
}

/** The shortest way from a target over its upstreams back to itself. */
function cycleThrough(id: string, known: Definitions): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const seen = new Set([id]);
  for (const at of seen) {
    for (const upstream of known.get(at)?.upstreams.toSorted(compareBytes) ?? []) {
      if (upstream === id) return [...wayTo(at, cameFrom), id];
      if (seen.has(upstream)) continue;
      seen.add(upstream);
      cameFrom.set(upstream, at);
    }
  }
  return undefined;
}

function wayTo(id: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const way = [id];
  for (let at = cameFrom.get(id); at !== undefined; at = cameFrom.get(at)) way.unshift(at);
  return way;
}
