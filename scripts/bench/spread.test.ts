import { expect, test } from "vitest";
import { spreadOf } from "./spread.ts";

test("the median of an odd number of values is one of them, of an even number between two", () => {
  expect(spreadOf([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
  expect(spreadOf([4, 1, 2, 10])).toEqual({ median: 3, min: 1, max: 10 });
});
