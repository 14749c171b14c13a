import { expect, test } from "vitest";
import { isRacy } from "./clock.ts";

test.for([
  ["before", 999.5, false],
  ["in the moment of the scan", 5000.25, true],
  ["later", 5001.5, true],
  ["in the second before, by a clock of whole seconds", 5000, true],
  ["in the second before that, by a clock of two", 4000, true],
  ["before both", 3000, false],
] as const)("a change %s", ([, ctimeMs, isLate]) => {
  expect(isRacy({ mtimeMs: 0, ctimeMs }, 5000.25)).toBe(isLate);
});
