import { expect, test } from "vitest";
import { definitionLines } from "./catalogue-validation.ts";

const codex = {
  kind: "agent",
  name: "codex",
  place: "user",
  folder: "/home/a/codex",
  file: "/home/a/codex/agent.yml",
} as const;
const ours = { ...codex, place: "workspace", file: "/w/codex/agent.yml" } as const;
const problem = {
  message: "agent_homepage: must not be empty",
  at: { file: ours.file, offset: 0, length: 1 },
  line: 2,
  column: 17,
};

test("problems have a line each, with their place, and notes stand below", () => {
  const validation = {
    definitions: 2,
    problems: [problem, { ...problem, line: 3, message: "install.sh is missing" }],
    doubts: [{ ...problem, line: 4, message: "base_exclude.0: excludes nothing here" }],
    overrides: [{ by: codex, replaced: ours }],
    ignored: [
      { path: "/home/a/.git", reason: "hidden" },
      { path: "/home/a/README", reason: "file" },
    ],
  } as const;
  expect(definitionLines(validation, (file) => file.replace("/home", "~"))).toEqual([
    "/w/codex/agent.yml:2:17 agent_homepage: must not be empty",
    "/w/codex/agent.yml:3:17 install.sh is missing",
    "/w/codex/agent.yml:4:17 note: base_exclude.0: excludes nothing here",
    "agent codex: ~/a/codex/agent.yml (user) replaces /w/codex/agent.yml (workspace)",
    "~/a/.git is left out: it is hidden",
    "~/a/README is left out: it is no folder",
    "2 definitions, 2 problems in 1 file",
  ]);
});

test("where nothing is wrong, that is said", () => {
  const validation = { definitions: 1, problems: [], doubts: [], overrides: [], ignored: [] };
  expect(definitionLines(validation, String)).toEqual(["1 definition, no problem"]);
});
