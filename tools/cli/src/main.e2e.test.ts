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

test("help is said in every way that it is asked for", () => {
  expect(slipway("help", "explain")).toEqual(slipway("explain", "--help"));
  expect(slipway("help")).toEqual(slipway());
  expect(slipway("smoke", "--help").stdout).toBe(slipway("smoke", "keys", "init", "-h").stdout);
  for (const asked of [
    ["pkg", "help"],
    ["pkg", "--help"],
    ["help", "pkg"],
  ]) {
    expect(slipway(...asked)).toEqual(slipway("pkg"));
  }
  expect(slipway("pkg", "help", "add", "file")).toEqual(slipway("pkg", "add", "file", "--help"));
});

test("who calls a command wrongly sees how it is called", () => {
  const { status, stdout, stderr } = slipway("pkg", "why");
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(
    "\n  · usage: slipway pkg why <package, import, file or dependency> [--json]\n",
  );
});

test("without a workspace nothing is looked for below the folder", () => {
  const { status, stderr } = spawnSync(process.execPath, [program, "explain", "app:pack"], {
    cwd: "/",
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^✗ there is no workspace here/)]);
});

test("a command that is none is told with what it may have been, and the code is 2", () => {
  const said = slipway("explane", "app:pack");
  expect(said.status).toBe(2);
  expect(said.stdout).toBe("");
  expect(said.stderr).toMatch(
    /^✗ slipway has no command explane app:pack\n {2}did you mean {2}explain\n/,
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
    "cli/src/agent/commands.ts",
    "cli/src/ao/commands.ts",
    "cli/src/ao/release-commands.ts",
    "cli/src/call.ts",
    "cli/src/ci/commands.ts",
    "cli/src/ci/run-commands.ts",
    "cli/src/command-line.ts",
    "cli/src/commands.ts",
    "cli/src/find-command.ts",
    "cli/src/main.ts",
    "cli/src/pkg/commands.ts",
    "cli/src/workspace.ts",
    "report/src/lines.ts",
    "report/src/printable.ts",
    "signature/src/file-system.ts",
  ]);
});

test("a Node that reads no TypeScript is told which one to use", () => {
  const { status, stderr } = spawnSync(process.execPath, ["--no-strip-types", program], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([1, expect.stringContaining('start it with "npx slipway"')]);
});
