import { expect, test } from "vitest";
import { isPackageKey } from "../package-name.ts";
import type { Language } from "../package-name.ts";
import { ruleFor } from "./policy.ts";

/** The number of the rule that decides. */
function decides(key: string, language: Language, ...rules: readonly (readonly string[])[]) {
  const policy = {
    file: "aigogo.policy.json",
    folder: "/",
    rules: rules.map((packages) => ({ packages: [...packages] })),
  };
  if (!isPackageKey(key, language)) throw new Error(key);
  const rule = ruleFor(policy, { key, language });
  return rule === undefined ? undefined : policy.rules.findIndex((one) => one === rule);
}

test("a rule has a Python package by its name, however its key is written", () => {
  for (const pattern of ["team-*", "team_*", "team.utils", "team-utils", "[r-t]eam-*"]) {
    expect(decides("team_utils", "python", [pattern], ["*"])).toBe(0);
  }
  expect(decides("teamutils", "python", ["team-*"], ["*"])).toBe(1);
  expect(decides("team_utils", "python", ["*", "!team-*"], ["*"])).toBe(1);
});

test("a JavaScript package is named as it is", () => {
  expect(decides("team-utils", "javascript", ["team-*"], ["*"])).toBe(0);
  expect(decides("team_utils", "javascript", ["team-*"], ["*"])).toBe(1);
  expect(decides("team.utils", "javascript", ["team-*"])).toBeUndefined();
});
