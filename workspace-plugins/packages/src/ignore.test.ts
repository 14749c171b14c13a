import { describe, expect, test } from "vitest";
import { compileGlob } from "./glob.ts";
import { ignoreRules } from "./ignore.ts";

describe("a pattern", () => {
  test.for([
    ["*.py", "a.py", true],
    ["*.py", "src/a.py", false],
    ["src/**/*.py", "src/a.py", true],
    ["src/**/*.py", "src/x/y/a.py", true],
    ["src/**/*.py", "other/a.py", false],
    ["**/*.py", "a.py", true],
    ["**/*.py", "x/y/a.py", true],
    ["**/x/**/a.py", "q/x/a.py", true],
    ["src/**", "src/x/a.py", true],
    ["src/**", "src", false],
    ["a?.py", "ab.py", true],
    ["a?.py", "a/.py", false],
    ["[a-c].py", "b.py", true],
    ["[^a-c].py", "b.py", false],
    ["[^a].py", "/.py", false],
    [String.raw`\*.py`, "*.py", true],
    [String.raw`\*.py`, "a.py", false],
    ["a.py", "axpy", false],
    ["*", ".hidden", true],
  ] as const)("%s on %s: %s", ([pattern, path, expected]) => {
    expect(compileGlob(pattern)?.test(path)).toBe(expected);
  });

  test("that is broken matches nothing", () => expect(compileGlob("[a")).toBeUndefined());
});

describe("what is ignored", () => {
  const ignores = ignoreRules(
    ["*.log", "!keep.log", "docs/*.md"],
    "# remark\n\n/top.py\ncache/\n!*.so  \n**/deep/x.py\n",
  );
  test.for([
    ["node_modules", "folder", true],
    ["node_modules", "file", false],
    ["a/__pycache__", "folder", true],
    ["a/b.pyc", "file", true],
    ["aigogo.json", "file", true],
    ["x.log", "file", true],
    ["a/keep.log", "file", false],
    ["docs/a.md", "file", true],
    ["a/docs/a.md", "file", false],
    ["top.py", "file", true],
    ["a/top.py", "file", false],
    ["a/cache", "folder", true],
    ["a/cache", "file", false],
    ["lib.so", "file", false],
    ["q/deep/x.py", "file", true],
  ] as const)("%s as a %s: %s", ([path, kind, expected]) => {
    expect(ignores(path, kind)).toBe(expected);
  });
});
