import { expect, test } from "vitest";
import type { RunProgram } from "../process.ts";
import { findRuntime } from "./runtime.ts";
import type { RuntimeOptions } from "./runtime.ts";

/** Programs by name, and what each answers to `--version`. */
function find(
  answers: Readonly<Record<string, string>>,
  asked: Partial<RuntimeOptions> & Pick<RuntimeOptions, "language">,
) {
  const run: RunProgram = async (file) => {
    const output = answers[file];
    return output === undefined
      ? { state: "not-started" }
      : { state: "ended", exitCode: 0, output: `${output}\n` };
  };
  const { signal } = new AbortController();
  const given = { key: "tool", wanted: undefined, projectFolder: "/project", environment: {} };
  return findRuntime({ ...given, run, signal, ...asked });
}

const pythons = {
  "/project/.venv/bin/python": "Python 3.9.18",
  python3: "Python 3.12.1",
  python: "Python 2.7.18",
};

test.each([
  [undefined, "/project/.venv/bin/python"],
  [">=3.10", "python3"],
  ["^3.10", "python3"],
  ["<3", "python"],
  // aigg runs what it cannot read.
  ["whatever", "/project/.venv/bin/python"],
])("of the Pythons, %s has %s", async (wanted, program) => {
  const found = await find(pythons, { language: "python", wanted });
  expect(found).toMatchObject({ value: { program } });
});

test("the active environment comes first", async () => {
  const answers = { ...pythons, "/active/bin/python": "Python 3.11.2" };
  const environment = { VIRTUAL_ENV: "/active" };
  expect(await find(answers, { language: "python", environment })).toEqual({
    ok: true,
    value: { program: "/active/bin/python", version: "3.11.2" },
  });
});

test("Node is chosen by a range of npm", async () => {
  const node = { node: "v22.15.0" };
  const wanted = async (range: string) => find(node, { language: "javascript", wanted: range });
  expect(await wanted(">=20,<23")).toMatchObject({ value: { program: "node" } });
  expect(await wanted("^24.0.0")).toEqual({
    ok: false,
    failure: {
      reason: "runtime-missing",
      key: "tool",
      language: "javascript",
      wanted: "^24.0.0",
      found: ["node 22.15.0"],
    },
  });
});
