import { expect, test } from "vitest";
import { ringsIn } from "./rings.ts";

function check(
  needs: Readonly<Record<string, readonly string[]>>,
  expected: Readonly<Record<string, string>>,
): void {
  const rings = [...ringsIn(new Map(Object.entries(needs)))];
  expect(Object.fromEntries(rings.map(([name, way]) => [name, way.join(" ")]))).toEqual(expected);
}

test("what needs each other in one direction has no ring, whatever it shares", () => {
  check({ a: ["b", "c"], b: ["d"], c: ["d"], d: ["unknown"] }, {});
});

test("each of a ring is told the way from itself, and who only needs one of them is not", () => {
  check({ a: ["b"], b: ["c"], c: ["a"], d: ["a"] }, { a: "a b c a", b: "b c a b", c: "c a b c" });
});

test("the shortest of several ways is told", () => {
  check({ a: ["b", "c"], b: ["c"], c: ["a"] }, { a: "a c a", b: "b c a b", c: "c a c" });
});
