import { expect, test } from "vitest";
import { includePattern } from "./include.ts";

test.for([
  // As aigg takes them.
  ["*.py", "a.py", true],
  ["*.py", "src/a.py", false],
  ["src/*.py", "src/a.py", true],
  ["src/*.py", "src/x/a.py", false],
  ["**/*.py", "a.py", true],
  ["**/*.py", "x/y/a.py", true],
  ["**/[a].py", "x/y/[a].py", true],
  ["[a", "a", false],
  // What aigg takes for nothing.
  ["src/**/*.py", "src/a.py", true],
  ["src/**/*.py", "src/x/y/a.py", true],
  ["src/**/*.py", "other/a.py", false],
  ["**/x/**/a.py", "q/x/r/s/a.py", true],
  ["**/x/**/a.py", "q/a.py", false],
  ["src/**", "src/x/a.py", true],
  ["src/**", "src", false],
  ["**", "x/a.py", true],
  ["src", "src/x/a.py", true],
  ["src/", "src/a.py", true],
  ["src", "srcs/a.py", false],
  ["src", "x/src/a.py", false],
  ["./a.py", "a.py", true],
  ["././a.py", "a.py", true],
  ["./src", "src/a.py", true],
  [".", "src/a.py", true],
  // A pattern is not the name of a folder.
  ["*", "src/a.py", false],
] as const)("include %s, and %s: %s", ([pattern, path, expected]) => {
  expect(includePattern(pattern)(path)).toBe(expected);
});

test("a pattern of many ** is held against a deep path in time", () => {
  const deep = "a/".repeat(60);
  expect(includePattern(`${"**/a/".repeat(30)}b`)(`${deep}c`)).toBe(false);
  expect(includePattern(`${"**/a/".repeat(30)}b`)(`${deep}b`)).toBe(true);
});
