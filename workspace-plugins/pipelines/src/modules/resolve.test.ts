import fc from "fast-check";
import { fail, ok } from "@slipway/signature";
import { expect, test } from "vitest";
import { parseAddress } from "./address.ts";
import type { Address } from "./address.ts";
import { allows, inDescendingOrder, parseVersion } from "./constraint.ts";
import type { Version } from "./constraint.ts";
import { resolveModules } from "./resolve.ts";
import type { ModuleSource, Root } from "./resolve.ts";

/** By module and version, what it requires. */
type World = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

function addressOf(text: string): Extract<Address, { readonly kind: "short" | "registry" }> {
  const address = parseAddress(text);
  if ("message" in address || !("name" in address)) throw new Error(text);
  return address;
}

function versionsIn(world: World, name: string): readonly Version[] {
  return Object.keys(world[name] ?? {})
    .map((text) => parseVersion(text))
    .filter((version) => version !== undefined);
}

function sourceOf(
  world: World,
  delays: readonly number[] = [],
): ModuleSource<{ readonly reason: "unknown"; readonly name: string }> {
  let asked = 0;
  const wait = async (): Promise<void> => {
    asked += 1;
    for (let turns = delays[asked % delays.length] ?? 0; turns > 0; turns -= 1)
      await Promise.resolve();
  };
  return {
    locate: async (address) => {
      await wait();
      if (!("name" in address)) throw new Error("not of this world");
      const { name, constraint } = address;
      const place = address.kind === "registry" ? address.registry : "registry.example";
      return ok({ name, place, constraint });
    },
    versions: async ({ name }) => {
      await wait();
      return name in world ? ok(versionsIn(world, name)) : fail({ reason: "unknown", name });
    },
    manifest: async ({ name }, version) => {
      await wait();
      return ok({ requires: (world[name]?.[version] ?? []).map((text) => addressOf(text)) });
    },
  };
}

function rootsOf(texts: readonly string[]): readonly Root[] {
  return texts.map((text) => ({ address: addressOf(text), by: `plugins.${text.split("@")[0]}` }));
}

async function resolve(
  world: World,
  roots: readonly string[],
  preferred?: ReadonlyMap<string, string>,
) {
  const resolved = await resolveModules(rootsOf(roots), sourceOf(world), preferred);
  return resolved.ok
    ? resolved.value.map(({ name, version }) => `${name}@${version}`)
    : resolved.failure;
}

const diamond: World = {
  "a/rails": { "2.0.0": ["a/ruby@^1.1", "a/db@^2.0"] },
  "a/db": { "2.0.0": ["a/ruby@~1.2"], "2.1.0": ["a/ruby@>=1.3"] },
  "a/ruby": { "1.1.0": [], "1.2.0": [], "1.2.5": [], "1.3.0": [], "2.0.0": [] },
};

test("a diamond comes to one version that all sides let in", async () => {
  expect(await resolve(diamond, ["a/rails@2.0"])).toEqual([
    "a/db@2.1.0",
    "a/rails@2.0.0",
    "a/ruby@1.3.0",
  ]);
});

test("an older version of a module is taken where the newest asks for too much", async () => {
  expect(await resolve(diamond, ["a/rails@2.0", "a/ruby@<1.3"])).toEqual([
    "a/db@2.0.0",
    "a/rails@2.0.0",
    "a/ruby@1.2.5",
  ]);
});

test("constraints and edges are told", async () => {
  const resolved = await resolveModules(rootsOf(["a/rails@2.0"]), sourceOf(diamond));
  expect(resolved).toMatchObject({
    value: [
      { name: "a/db", constraints: ["^2.0"], requires: ["a/ruby"] },
      { name: "a/rails", constraints: ["2.0"], requires: ["a/db", "a/ruby"] },
      { name: "a/ruby", constraints: [">=1.3", "^1.1"], requires: [] },
    ],
  });
});

test("what was taken before stays while it is let in", async () => {
  const locked = new Map([
    ["a/ruby", "1.2.0"],
    ["a/db", "2.0.0"],
  ]);
  expect(await resolve(diamond, ["a/rails@2.0"], locked)).toEqual([
    "a/db@2.0.0",
    "a/rails@2.0.0",
    "a/ruby@1.2.0",
  ]);
  expect(await resolve(diamond, ["a/rails@2.0", "a/ruby@>=1.2.5"], locked)).toEqual([
    "a/db@2.1.0",
    "a/rails@2.0.0",
    "a/ruby@1.3.0",
  ]);
});

test("a conflict shows each chain from the file to the constraint", async () => {
  expect(await resolve(diamond, ["a/rails@2.0", "a/ruby@2.0"])).toEqual({
    reason: "modules-conflict",
    module: "a/ruby",
    place: "registry.example",
    versions: ["2.0.0", "1.3.0", "1.2.5", "1.2.0", "1.1.0"],
    chains: [
      { by: ["plugins.a/ruby"], constraint: "2.0" },
      { by: ["plugins.a/rails", "a/rails@2.0.0"], constraint: "^1.1" },
    ],
  });
  expect(await resolve({ "a/x": { "1.0.0": [], "2.0.0-rc.1": [] } }, ["a/x@^2.0"])).toEqual({
    reason: "modules-conflict",
    module: "a/x",
    place: "registry.example",
    versions: ["2.0.0-rc.1", "1.0.0"],
    chains: [{ by: ["plugins.a/x"], constraint: "^2.0" }],
  });
});

test("a circle is told by its path", async () => {
  const world = {
    "a/x": { "1.0.0": ["a/y@1.0"] },
    "a/y": { "1.0.0": ["a/z@1.0"] },
    "a/z": { "1.0.0": ["a/x@1.0"] },
  };
  expect(await resolve(world, ["a/x@1.0"])).toEqual({
    reason: "modules-circular",
    path: ["a/z", "a/x", "a/y", "a/z"],
  });
});

test("one name from two places is told with both", async () => {
  const world = { "a/x": { "1.0.0": ["other.example/a/y@1.0"] }, "a/y": { "1.0.0": [] } };
  expect(await resolve(world, ["a/x@1.0", "a/y@1.0"])).toEqual({
    reason: "module-sources-differ",
    module: "a/y",
    places: [
      { place: "registry.example", by: ["plugins.a/y"] },
      { place: "other.example", by: ["plugins.a/x", "a/x@1.0.0"] },
    ],
  });
});

test("what the source says of itself passes through", async () => {
  expect(await resolve({}, ["a/x@1.0"])).toEqual({ reason: "unknown", name: "a/x" });
});

const names = ["a/a", "a/b", "a/c", "a/d"];
const constraints = ["*", "1.0", "1.1", "2.0", "^1.0", ">=1.1", "<2", "~1.1"];
const requirement = fc
  .tuple(fc.constantFrom(...names), fc.constantFrom(...constraints))
  .map(([name, constraint]) => `${name}@${constraint}`);
const requirements = fc.uniqueArray(requirement, {
  maxLength: 3,
  selector: (text) => text.split("@")[0],
});
const versions = fc
  .uniqueArray(fc.tuple(fc.constantFrom("1.0.0", "1.1.0", "1.1.1", "2.0.0"), requirements), {
    minLength: 1,
    maxLength: 3,
    selector: ([version]) => version,
  })
  .map((entries) => Object.fromEntries(entries));
const worlds: fc.Arbitrary<World> = fc
  .tuple(versions, versions, versions, versions)
  .map((each) => Object.fromEntries(names.map((name, at) => [name, each[at] ?? {}])));
const roots = requirements.filter((texts) => texts.length > 0);

type Assignment = ReadonlyMap<string, Version>;

/** All ways to give each module a version or none, in no order that matters. */
function assignments(world: World): readonly Assignment[] {
  return names.reduce<readonly Assignment[]>(
    (all, name) =>
      all.flatMap((one) => [
        one,
        ...versionsIn(world, name).map((version) => new Map(one).set(name, version)),
      ]),
    [new Map()],
  );
}

function requiredIn(world: World, assigned: Assignment, name: string) {
  const texts = world[name]?.[assigned.get(name) ?? ""] ?? [];
  return texts.map((text) => addressOf(text));
}

/** How far each module is from the roots, by what is assigned. */
function depths(world: World, asked: readonly string[], assigned: Assignment) {
  const found = new Map<string, number>();
  let layer: readonly string[] = asked.map((text) => addressOf(text).name);
  for (let depth = 1; layer.length > 0; depth += 1) {
    const fresh = layer.filter((name) => !found.has(name));
    for (const name of fresh) found.set(name, depth);
    layer = fresh.flatMap((name) => requiredIn(world, assigned, name).map((one) => one.name));
  }
  return found;
}

function isSolution(world: World, asked: readonly string[], assigned: Assignment): boolean {
  const holders = [...assigned.keys()];
  const wanted = [
    ...asked.map((text) => addressOf(text)),
    ...holders.flatMap((name) => requiredIn(world, assigned, name)),
  ];
  const isHeld = wanted.every(({ name, constraint }) => {
    const version = assigned.get(name);
    return version !== undefined && allows(constraint, version);
  });
  const reached = depths(world, asked, assigned);
  const reaches = (from: string, to: string, seen: ReadonlySet<string>): boolean =>
    requiredIn(world, assigned, from).some(
      ({ name }) => name === to || (!seen.has(name) && reaches(name, to, new Set([...seen, name]))),
    );
  return (
    isHeld &&
    holders.every((name) => reached.has(name)) &&
    !holders.some((name) => reaches(name, name, new Set()))
  );
}

/** Of all solutions: module after module, the nearest and then by name, those with the highest version of it stay. */
function bestOf(world: World, asked: readonly string[]): Assignment | undefined {
  let left = assignments(world).filter((one) => isSolution(world, asked, one));
  const decided = new Map<string, Version>();
  while (left.length > 0) {
    const open = [...depths(world, asked, decided)].filter(([name]) => !decided.has(name));
    const [next] = open.toSorted(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))[0] ?? [];
    if (next === undefined) return left[0];
    const [highest] = inDescendingOrder(
      left.map((one) => one.get(next)).filter((version) => version !== undefined),
    );
    if (highest === undefined) throw new Error("internal: a solution without what it needs");
    decided.set(next, highest);
    left = left.filter((one) => one.get(next) === highest);
  }
  return undefined;
}

test("small graphs come out as trying everything says", async () => {
  await fc.assert(
    fc.asyncProperty(worlds, roots, async (world, asked) => {
      const resolved = await resolveModules(rootsOf(asked), sourceOf(world));
      const best = bestOf(world, asked);
      const found = resolved.ok
        ? resolved.value.map(({ name, version }): [string, Version] => [name, version])
        : undefined;
      expect(found && new Map(found)).toEqual(best);
    }),
    { numRuns: 400 },
  );
});

test("neither the order of what is asked nor that of answers changes anything", async () => {
  const delays = fc.array(fc.nat(5), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(worlds, roots, delays, async (world, asked, waits) => {
      const shuffled = Object.fromEntries(
        Object.entries(world)
          .toReversed()
          .map(([name, each]) => [name, Object.fromEntries(Object.entries(each).toReversed())]),
      );
      const one = await resolveModules(rootsOf(asked), sourceOf(world));
      const other = await resolveModules(rootsOf(asked.toReversed()), sourceOf(shuffled, waits));
      expect(other).toEqual(one);
    }),
    { numRuns: 200 },
  );
});

test("what was resolved stays when it is preferred", async () => {
  await fc.assert(
    fc.asyncProperty(worlds, roots, async (world, asked) => {
      const one = await resolveModules(rootsOf(asked), sourceOf(world));
      if (!one.ok) return;
      const locked = new Map(one.value.map(({ name, version }) => [name, version]));
      const more = Object.fromEntries(
        Object.entries(world).map(([name, each]) => [name, { ...each, "3.0.0": [] }]),
      );
      expect(await resolveModules(rootsOf(asked), sourceOf(more), locked)).toEqual(one);
    }),
    { numRuns: 100 },
  );
});
