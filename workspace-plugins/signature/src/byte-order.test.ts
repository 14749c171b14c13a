import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compareBytes } from "./byte-order.ts";

test("two texts compare as their UTF-8 bytes do", () => {
  const text = fc.string({ unit: "binary", maxLength: 5 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 1000 },
  );
});

test("a name above U+FFFF comes after one below, unlike in JavaScript's own order", () => {
  const names = ["\u{1F600}.txt", "\uFF5E.txt"];
  expect(names.toSorted(compareBytes)).toEqual(["\uFF5E.txt", "\u{1F600}.txt"]);
  expect(names.toSorted()).toEqual(["\u{1F600}.txt", "\uFF5E.txt"]);
});
