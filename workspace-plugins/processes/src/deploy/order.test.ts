import { expect, test } from "vitest";
import { evaluationWaves, spawnWaves } from "./order.ts";
import type { Needing } from "./order.ts";

function named(all: Readonly<Record<string, readonly string[]>>, onBoot: readonly string[] = []) {
  return Object.entries(all).map(([name, needs]): Needing => ({
    name,
    needs,
    onBoot: onBoot.includes(name),
  }));
}

const names = (waves: readonly (readonly Needing[])[]) =>
  waves.map((wave) => wave.map(({ name }) => name));

test.each<[string, Readonly<Record<string, readonly string[]>>, string[][]]>([
  ["nobody needs anybody", { a: [], b: [] }, [["a", "b"]]],
  ["a chain", { a: ["b"], b: ["c"], c: [] }, [["c"], ["b"], ["a"]]],
  ["a diamond", { a: ["b", "c"], b: ["d"], c: ["d"], d: [] }, [["d"], ["b", "c"], ["a"]]],
  ["a ring is cut where it is entered", { a: ["b"], b: ["a"], c: ["a"] }, [["b"], ["a"], ["c"]]],
  ["itself", { a: ["a"] }, [["a"]]],
  ["nothing", {}, []],
])("%s", (_, needs, waves) => {
  expect(names(evaluationWaves(named(needs)))).toEqual(waves);
});

test("only a process that runs its code when it is spawned waits for the spawns of others", () => {
  const all = { a: ["b"], b: ["c"], c: [] };
  expect(names(spawnWaves(named(all)))).toEqual([["a", "b", "c"]]);
  expect(names(spawnWaves(named(all, ["a"])))).toEqual([["b", "c"], ["a"]]);
});
