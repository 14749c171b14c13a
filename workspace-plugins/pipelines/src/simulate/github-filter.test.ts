import { expect, test } from "vitest";
import { GithubTriggers, githubPatternMatches, githubStarts } from "./github-filter.ts";

test.each([
  ["main", "main", true],
  ["main", "mainx", false],
  ["*", "a", true],
  ["*", "a/b", false],
  ["**", "a/b", true],
  ["releases/**", "releases/1/2", true],
  ["v[12].[0-9]+.[0-9]+", "v1.10.1", true],
  ["v[12].[0-9]+.[0-9]+", "v3.1.1", false],
  ["*.jsx?", "page.js", true],
  ["a\\+b", "a+b", true],
  ["a+b", "aab", true],
  ["a.b", "axb", false],
])("the pattern %s and the name %s: %s", (pattern, name, expected) => {
  expect(githubPatternMatches(pattern, name)).toBe(expected);
});

const scenario = {
  event: "push",
  branch: "main",
  tag: undefined,
  baseBranch: "main",
  headBranch: "topic",
  action: "synchronize",
  cron: undefined,
  actor: "",
  commit: "",
  runNumber: "1",
  inputs: {},
  settings: {},
  outputs: {},
} as const;

function starts(on: unknown, name: string, more: object = {}): boolean {
  return githubStarts(GithubTriggers.parse(on), name, { ...scenario, ...more });
}

test.each([
  ["push", {}, true],
  [["pull_request"], {}, false],
  [{ push: null }, { tag: "v1" }, true],
  [{ push: { branches: "main" } }, { tag: "v1" }, false],
  [{ push: { tags: ["v*"] } }, {}, false],
  [{ push: { branches: ["**", "!main"] } }, {}, false],
  [{ push: { branches: ["!main", "**"] } }, {}, true],
  [{ push: { "branches-ignore": ["dev"] } }, {}, true],
  [{ push: { "branches-ignore": ["dev"] } }, { tag: "v1" }, false],
])("on %j with %j: %s", (on, more, expected) => {
  expect(starts(on, "push", more)).toBe(expected);
});

test("a pull request asks for what it is to be merged into, and what happened to it", () => {
  const on = { pull_request: { branches: ["main"], types: ["closed"] } };
  const pull = { event: "pull-request", action: "closed" };
  expect(starts(on, "pull_request", pull)).toBe(true);
  expect(starts(on, "pull_request", { ...pull, action: "opened" })).toBe(false);
  expect(starts(on, "pull_request", { ...pull, baseBranch: "dev" })).toBe(false);
});

test("a schedule is due by its own time", () => {
  const on = { schedule: [{ cron: "0 3 * * *" }] };
  expect(starts(on, "schedule", { event: "schedule" })).toBe(true);
  expect(starts(on, "schedule", { event: "schedule", cron: "0 4 * * *" })).toBe(false);
});
