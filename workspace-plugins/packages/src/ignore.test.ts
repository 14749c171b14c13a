import { describe, expect, test } from "vitest";
import { ignoreRules, ignoredAbove } from "./ignore.ts";
import type { EntryKind } from "./ignore.ts";

function isIgnored(rules: readonly string[], path: string, kind: EntryKind): boolean {
  return ignoreRules(rules, "")(path, kind) !== undefined;
}

describe("what is ignored", () => {
  const ignores = ignoreRules(
    ["*.log", "!keep.log", "docs/*.md"],
    "# remark\n\n/top.py\ncache/\n!*.so  \n**/deep/x.py\n",
  );
  test.for([
    ["node_modules", "folder", "node_modules/"],
    ["node_modules", "file", undefined],
    ["a/__pycache__", "folder", "__pycache__/"],
    ["a/b.pyc", "file", "*.pyc"],
    ["aigogo.json", "file", "aigogo.json"],
    ["x.log", "file", "*.log"],
    ["a/keep.log", "file", undefined],
    ["docs/a.md", "file", "docs/*.md"],
    ["a/docs/a.md", "file", undefined],
    ["top.py", "file", ".aigogoignore:3: /top.py"],
    ["a/top.py", "file", undefined],
    ["a/cache", "folder", ".aigogoignore:4: cache/"],
    ["a/cache", "file", undefined],
    ["lib.so", "file", undefined],
    ["q/deep/x.py", "file", ".aigogoignore:6: **/deep/x.py"],
  ] as const)("%s as a %s: by %s", ([path, kind, expected]) => {
    expect(ignores(path, kind)).toBe(expected);
  });
});

describe("** in a rule", () => {
  test.for([
    ["**", "a/b", true],
    ["**/x", "a/b/x", true],
    ["pre/**", "pre/a/b", true],
    ["pre/**", "pre", true],
    ["pre/**", "prefix/a", false],
    ["pre/**/*.py", "pre/a.py", true],
    ["pre/**/*.py", "pre/a/b.py", true],
    ["pre/**/*.py", "a/pre/b.py", false],
    ["pre**", "pre", true],
    ["pre**", "prefix", false],
    ["a/**/b/**", "a/x/b/y", false],
    ["**/**", "a/b", false],
  ] as const)("%s on %s: %s", ([rule, path, expected]) => {
    expect(isIgnored([rule], path, "file")).toBe(expected);
  });
});

test("the manifest's patterns may begin with #, lines of .aigogoignore may not", () => {
  expect(isIgnored(["#a"], "#a", "file")).toBe(true);
  expect(ignoreRules([], "#a\n  # b\n")("#a", "file")).toBeUndefined();
});

test("blanks behind a rule go, and those before it stay", () => {
  expect(ignoreRules([], "a \t\r\n b\r\n")("a", "file")).toBe(".aigogoignore:1: a \t");
  expect(ignoreRules([], " b\n")("b", "file")).toBeUndefined();
});

test("what lies in an ignored folder is ignored, whatever is said of it", () => {
  const ignores = ignoreRules(["!dist/keep.py"], "");
  expect(ignores("dist/keep.py", "file")).toBeUndefined();
  expect(ignoredAbove(ignores, "dist/keep.py", "file")).toBe("dist/");
  expect(ignoredAbove(ignores, "lib/a.py", "file")).toBeUndefined();
});
