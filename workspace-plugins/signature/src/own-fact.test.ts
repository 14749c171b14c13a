import fc from "fast-check";
import { expect, test } from "vitest";
import { digestOf } from "./digest.ts";
import {
  isOwnFact,
  isOwnFactFile,
  ownFact,
  ownFactFile,
  ownFactValue,
  unsignedFactValue,
} from "./own-fact.ts";

test.each([
  ["app", "pack", "SLIPWAY_OWN_APP__PACK"],
  ["my-lib", "ao-bundle", "SLIPWAY_OWN_MY_LIB__AO_BUNDLE"],
  ["@slipway/ao", "b:c", "SLIPWAY_OWN_x40xSLIPWAYx2fxAO__Bx3axC"],
  ["a--b", "-c-", "SLIPWAY_OWN_A_x2dxB__x2dxCx2dx"],
  ["a_b", "B", "SLIPWAY_OWN_Ax5fxB__x42x"],
])("the fact of %s:%s is %s", (project, target, expected) => {
  expect(ownFact(project, target)).toBe(expected);
  expect(isOwnFact(expected)).toBe(true);
});

test("two targets have two variables, and each is one that a shell takes", () => {
  const name = fc.oneof(fc.string({ unit: fc.constantFrom(..."aAx2d-_:".split("")) }), fc.string());
  fc.assert(
    fc.property(name, name, name, name, (a, b, c, d) => {
      const [one, other] = [ownFact(a, b), ownFact(c, d)];
      expect(one === other).toBe(a === c && b === d);
      expect(one).toMatch(/^[A-Za-z0-9_]+$/);
    }),
  );
});

test("the value is half of the digest", () => {
  expect(ownFactValue(digestOf(""))).toBe("e3b0c44298fc1c149afbf4c8996fb924");
});

test("a fact in a file is known by its place, and that of an unsigned target is never the same twice", () => {
  expect(ownFactFile("ci", "signature")).toBe(".slipway/facts/SLIPWAY_OWN_CI__SIGNATURE");
  expect(isOwnFactFile(ownFactFile("ci", "signature"))).toBe(true);
  expect(isOwnFactFile("src/facts/a.ts")).toBe(false);
  expect(unsignedFactValue()).not.toBe(unsignedFactValue());
});
