import { expect, test } from "vitest";
import type { TargetDefinition } from "./target.ts";
import { orderByUpstreams } from "./upstream-order.ts";

function target(id: string, upstreams: readonly string[]): TargetDefinition {
  return {
    id,
    project: id,
    projectRoot: id,
    executor: "nx:noop",
    options: {},
    inputs: { filesets: [], env: [], tools: [] },
    outputs: [],
    upstreams,
    isCached: true,
  };
}

function check(
  graph: Readonly<Record<string, readonly string[]>>,
  expected: { readonly ordered: readonly string[]; readonly cycles: readonly string[] },
): void {
  const definitions = Object.entries(graph).map(([id, upstreams]) => target(id, upstreams));
  for (const given of [definitions, definitions.toReversed()]) {
    const { ordered, cyclic } = orderByUpstreams(given);
    expect(ordered.map(({ id }) => id)).toEqual(expected.ordered);
    expect([...cyclic.values()].map(({ path }) => path.join(" "))).toEqual(expected.cycles);
  }
}

test("upstreams come first", () => {
  check({ a: ["c", "b"], b: ["c"], c: [] }, { ordered: ["c", "b", "a"], cycles: [] });
});

test("a target that names itself is a cycle", () => {
  check({ a: ["a"], b: [] }, { ordered: ["b"], cycles: ["a a"] });
});

test("each target on a cycle has its own path; what lies between two cycles is on none", () => {
  check(
    { a: ["b", "c"], b: ["a"], c: ["b"], d: ["a", "e"], e: ["f"], f: ["e"], g: ["d"] },
    { ordered: ["d", "g"], cycles: ["a b a", "b a b", "c b a c", "e f e", "f e f"] },
  );
});

test("a chain of 20 000 targets has an order", () => {
  const chain = Array.from({ length: 20_000 }, (_, at) =>
    target(`t${at}`, at === 0 ? [] : [`t${at - 1}`]),
  );
  const { ordered } = orderByUpstreams(chain.toReversed());
  expect(ordered).toEqual(chain);
});
