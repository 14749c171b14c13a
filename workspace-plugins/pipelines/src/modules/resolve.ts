import { compareBytes, fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Address, ModuleName } from "./address.ts";
import { allows, inDescendingOrder } from "./constraint.ts";
import type { Constraint, Version } from "./constraint.ts";
import type { RequirementChain, ResolutionFailure } from "./failure.ts";

/** A module, and where it comes from: equal places, equal modules. */
export type Located = { readonly name: ModuleName; readonly place: string };

export type Requirement = Located & { readonly constraint: Constraint };

/** What is known of modules, wherever they are. Asked twice, each answers the same. */
export type ModuleSource<Failure> = {
  readonly locate: (address: Address) => Promise<Result<Requirement, Failure>>;
  readonly versions: (module: Located) => Promise<Result<readonly Version[], Failure>>;
  readonly manifest: (
    module: Located,
    version: Version,
  ) => Promise<Result<{ readonly requires: readonly Address[] }, Failure>>;
};

/** What `cig.toml` names itself; `by` says where. */
export type Root = { readonly address: Address; readonly by: string };

export type ResolvedModule = Located & {
  readonly version: Version;
  /** What everybody who asks for it lets in, as written, sorted. */
  readonly constraints: readonly string[];
  /** Names of modules, sorted. */
  readonly requires: readonly ModuleName[];
};

type Demand = {
  readonly requirement: Requirement;
  /** From `cig.toml` to the one who asks. */
  readonly by: readonly string[];
};

type Chosen = { readonly version: Version; readonly requires: readonly ModuleName[] };

type State = {
  readonly chosen: ReadonlyMap<ModuleName, Chosen>;
  readonly demands: ReadonlyMap<ModuleName, readonly Demand[]>;
};

type DeadEnd = { readonly deadEnd: ResolutionFailure };

type Search<Failure> = {
  readonly source: ModuleSource<Failure>;
  readonly preferred: ReadonlyMap<string, string>;
  readonly take: () => boolean;
};

const mostSteps = 20_000;

/**
 * One version of each module that is needed: what is nearer to `cig.toml` has the first choice, then names in order, and
 * each gets its preferred version if there is one, else its highest, with which all that is asked for can be had. Of
 * several ways to fail the first is told.
 */
export async function resolveModules<Failure>(
  roots: readonly Root[],
  source: ModuleSource<Failure>,
  preferred: ReadonlyMap<string, string> = new Map(),
): Promise<Result<readonly ResolvedModule[], Failure | ResolutionFailure>> {
  let left = mostSteps;
  const search = { source, preferred, take: () => (left -= 1) >= 0 };
  const located = await Promise.all(
    roots.map(async ({ address, by }) => ({ requirement: await source.locate(address), by })),
  );
  const demands: Demand[] = [];
  for (const { requirement, by } of located) {
    if (!requirement.ok) return requirement;
    demands.push({ requirement: requirement.value, by: [by] });
  }
  const start: State = { chosen: new Map(), demands: withDemands(new Map(), demands) };
  const found = await decide(start, search);
  if (!found.ok) return found;
  return "deadEnd" in found.value ? fail(found.value.deadEnd) : ok(resolvedIn(found.value));
}

type Decided<Failure> = Promise<Result<State | DeadEnd, Failure>>;

async function decide<Failure>(state: State, search: Search<Failure>): Decided<Failure> {
  const module = nextOf(state);
  if (module === undefined) return ok(state);
  const demands = state.demands.get(module.name) ?? [];
  const other = demands.find(({ requirement }) => requirement.place !== module.place);
  if (other !== undefined) return ok({ deadEnd: sourcesDiffer(module.name, demands) });
  const versions = await search.source.versions(module);
  if (!versions.ok) return versions;
  const candidates = candidatesOf(versions.value, demands, search.preferred.get(module.name));
  let first: ResolutionFailure | undefined;
  for (const version of candidates) {
    if (!search.take()) return ok({ deadEnd: { reason: "modules-unresolved", steps: mostSteps } });
    const next = await chosenWith(state, module, version, search);
    if (!next.ok) return next;
    const end = "deadEnd" in next.value ? next : await decide(next.value, search);
    if (!end.ok || !("deadEnd" in end.value)) return end;
    if (end.value.deadEnd.reason === "modules-unresolved") return end;
    first ??= end.value.deadEnd;
  }
  return ok({ deadEnd: first ?? conflict(module.name, versions.value, demands) });
}

/** Of what is not chosen yet, the nearest, and of these the first by name. */
function nextOf({ chosen, demands }: State): Located | undefined {
  const open = [...demands]
    .filter(([name]) => !chosen.has(name))
    .map(([name, asked]) => ({
      name,
      place: asked[0]?.requirement.place ?? "",
      depth: Math.min(...asked.map(({ by }) => by.length)),
    }));
  return open.toSorted((a, b) => a.depth - b.depth || compareBytes(a.name, b.name))[0];
}

function candidatesOf(
  versions: readonly Version[],
  demands: readonly Demand[],
  preferred: string | undefined,
): readonly Version[] {
  const allowed = inDescendingOrder(versions).filter((version) =>
    demands.every(({ requirement }) => allows(requirement.constraint, version)),
  );
  const first = allowed.filter((version) => version === preferred);
  return [...first, ...allowed.filter((version) => version !== preferred)];
}

/** The state with one more version, unless that asks for what cannot be had. */
async function chosenWith<Failure>(
  state: State,
  module: Located,
  version: Version,
  { source }: Search<Failure>,
): Decided<Failure> {
  const manifest = await source.manifest(module, version);
  if (!manifest.ok) return manifest;
  const own = shortestOf(state.demands.get(module.name) ?? []);
  const by = [...own, `${module.name}@${version}`];
  const located = await Promise.all(
    manifest.value.requires.map(async (address) => source.locate(address)),
  );
  const demands: Demand[] = [];
  for (const requirement of located) {
    if (!requirement.ok) return requirement;
    demands.push({ requirement: requirement.value, by });
  }
  const names = demands.map(({ requirement }) => requirement.name);
  const requires = [...new Set(names)].toSorted(compareBytes);
  const chosen = new Map(state.chosen).set(module.name, { version, requires });
  const next: State = { chosen, demands: withDemands(state.demands, demands) };
  const circle = circleAt(module.name, chosen);
  if (circle !== undefined) return ok({ deadEnd: { reason: "modules-circular", path: circle } });
  return deadEndAmong(requires, next, source);
}

/** What was chosen before may not be what is asked for now. */
async function deadEndAmong<Failure>(
  names: readonly ModuleName[],
  state: State,
  source: ModuleSource<Failure>,
): Decided<Failure> {
  for (const name of names) {
    const demands = state.demands.get(name) ?? [];
    const version = state.chosen.get(name)?.version;
    const place = demands[0]?.requirement.place ?? "";
    if (demands.some(({ requirement }) => requirement.place !== place)) {
      return ok({ deadEnd: sourcesDiffer(name, demands) });
    }
    if (version === undefined) continue;
    if (demands.every(({ requirement }) => allows(requirement.constraint, version))) continue;
    const versions = await source.versions({ name, place });
    if (!versions.ok) return versions;
    return ok({ deadEnd: conflict(name, versions.value, demands) });
  }
  return ok(state);
}

function withDemands(
  demands: State["demands"],
  added: readonly Demand[],
): ReadonlyMap<ModuleName, readonly Demand[]> {
  const all = new Map(demands);
  for (const demand of added) {
    const { name } = demand.requirement;
    all.set(name, [...(all.get(name) ?? []), demand]);
  }
  return all;
}

function shortestOf(demands: readonly Demand[]): readonly string[] {
  return sorted(demands)[0]?.by ?? [];
}

/** The nearest first. */
function sorted(demands: readonly Demand[]): readonly Demand[] {
  return demands.toSorted(
    (a, b) =>
      a.by.length - b.by.length ||
      compareBytes(a.by.join("\0"), b.by.join("\0")) ||
      compareBytes(a.requirement.constraint.text, b.requirement.constraint.text),
  );
}

function conflict(
  module: string,
  versions: readonly Version[],
  demands: readonly Demand[],
): ResolutionFailure {
  const chains = sorted(demands).map(({ by, requirement }): RequirementChain => {
    return { by, constraint: requirement.constraint.text };
  });
  const place = demands[0]?.requirement.place ?? "";
  const all = inDescendingOrder(versions);
  return { reason: "modules-conflict", module, place, versions: all, chains };
}

function sourcesDiffer(module: string, demands: readonly Demand[]): ResolutionFailure {
  const places = sorted(demands).map(({ by, requirement: { place } }) => ({ place, by }));
  return { reason: "module-sources-differ", module, places };
}

/** From a module by way of what is chosen back to itself, if there is a way. */
function circleAt(from: ModuleName, chosen: State["chosen"]): readonly ModuleName[] | undefined {
  const seen = new Set<ModuleName>();
  const walk = (path: readonly ModuleName[]): readonly ModuleName[] | undefined => {
    for (const next of chosen.get(path.at(-1) ?? from)?.requires ?? []) {
      if (next === from) return [...path, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk([...path, next]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return walk([from]);
}

function resolvedIn({ chosen, demands }: State): readonly ResolvedModule[] {
  return [...chosen]
    .map(([name, { version, requires }]) => {
      const asked = demands.get(name) ?? [];
      const constraints = asked.map(({ requirement }) => requirement.constraint.text);
      return {
        name,
        place: asked[0]?.requirement.place ?? "",
        version,
        constraints: [...new Set(constraints)].toSorted(compareBytes),
        requires,
      };
    })
    .toSorted((a, b) => compareBytes(a.name, b.name));
}
