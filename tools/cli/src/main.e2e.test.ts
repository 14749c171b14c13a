import { spawnSync } from "node:child_process";
import path from "node:path";
import { compareBytes } from "@slipway/signature";
import { expect, test } from "vitest";

const program = path.join(import.meta.dirname, "..", "slipway.cjs");

function slipway(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("says its version and nothing else", () => {
  expect(slipway("--version")).toEqual({ status: 0, stdout: "0.1.0\n", stderr: "" });
});

test("says how a command is called", () => {
  const said = slipway("explain", "--help");
  expect([said.status, said.stdout.split("\n")[0]]).toEqual([
    0,
    expect.stringMatching(/^slipway explain <project:target>/),
  ]);
});

test("a command that is none is told with those there are, and the code is 2", () => {
  const said = slipway("explane", "app:pack");
  expect(said.status).toBe(2);
  expect(said.stdout).toBe("");
  expect(said.stderr).toMatch(
    /^✗ slipway has no command explane app:pack\n {2}commands {2}run, explain/,
  );
});

test("the dispatch loads the words of the command line and nothing else", () => {
  const { stderr } = spawnSync(process.execPath, [program, "--version"], {
    encoding: "utf8",
    env: { ...process.env, NODE_DEBUG: "esm" },
  });
  const loaded = [
    ...stderr.matchAll(/Translating \w+ file:\S+?\/(?:tools|workspace-plugins)\/(\S+)/g),
  ];
  expect([...new Set(loaded.map(([, file = ""]) => file))].toSorted(compareBytes)).toEqual([
    "cli/src/call.ts",
    "cli/src/commands.ts",
    "cli/src/main.ts",
    "cli/src/workspace.ts",
    "report/src/lines.ts",
  ]);
});

test("a Node that reads no TypeScript is told which one to use", () => {
  const { status, stderr } = spawnSync(process.execPath, ["--no-strip-types", program], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([1, expect.stringContaining('start it with "npx slipway"')]);
});
