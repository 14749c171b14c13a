import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { compareBytes } from "@slipway/signature";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { usage } from "../help.ts";
import { packageCommands } from "./commands.ts";

const program = path.join(import.meta.dirname, "..", "..", "slipway.cjs");
let home: string;
let served: RegistryRig;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-every-"));
  await mkdir(path.join(home, "demo"));
  served = await startRegistryRig();
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  spawnSync("chmod", ["-R", "u+w", home]);
  await rm(home, { recursive: true, force: true });
});

function slipway(words: readonly string[], input = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: path.join(home, "demo"),
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: path.join(home, ".config") },
    encoding: "utf8",
    input,
  });
  return { status, stdout, stderr };
}

test.for(packageCommands)(
  "$name --help says how it is called and does nothing",
  async (command) => {
    const before = await readdir(home, { recursive: true });
    expect(slipway([...command.name.split(" "), "--help"])).toEqual({
      status: 0,
      stdout: `${usage(command, packageCommands)}\n`,
      stderr: "",
    });
    expect(await readdir(home, { recursive: true })).toEqual(before);
  },
);

/** What they print is for a shell to read, or what another program prints. */
const withoutJson = ["pkg completion", "pkg exec"];

test("each command with --json prints one object and nothing else", async () => {
  await writeFile(path.join(home, "demo", "agent.py"), "import requests\n");
  const { host } = served;
  const reference = `${host}/team/demo:0.1.1`;
  const calls: readonly (readonly string[])[] = [
    ["version"],
    ["init"],
    ["add file", "agent.py"],
    ["add dep", "requests", ">=2"],
    ["add dev", "pytest", ">=8"],
    ["rm dev", "pytest"],
    ["rm file", "agent.py"],
    ["add file", "*.py"],
    ["scan"],
    ["validate"],
    ["rm dep", "requests"],
    ["build"],
    ["list"],
    ["login", host, "-u", "ada", "-p"],
    ["keys init"],
    ["push", reference, "--from", "demo:0.1.1", "--sign"],
    ["logout", host],
    ["pull", reference],
    ["add", reference],
    ["install"],
    ["verify"],
    ["outdated"],
    ["update"],
    ["why", "demo"],
    ["show-deps", "aigogo.lock"],
    ["search", "demo", "--registry"],
    ["uninstall"],
    ["rm", "demo"],
    ["gc"],
    ["delete", reference, "--yes"],
    ["remove", "demo:0.1.1"],
    ["remove-all", "--yes"],
    ["clean", "--all"],
  ];
  const walked = calls.map(([words = "", ...args]) => {
    const { status, stdout, stderr } = slipway(
      ["pkg", ...words.split(" "), ...args, "--json"],
      "engine\n",
    );
    expect([words, status, stderr.replaceAll(/^ {2}· .*\n/gm, "")]).toEqual([words, 0, ""]);
    z.looseObject({ schema: z.literal(1) }).parse(JSON.parse(stdout));
    return `pkg ${words}`;
  });
  const all = packageCommands.map(({ name }) => name);
  expect([...new Set([...walked, ...withoutJson])].toSorted(compareBytes)).toEqual(
    all.toSorted(compareBytes),
  );
});

test("what failed is one object too, on the standard output, and words beside it", () => {
  const { status, stdout, stderr } = slipway(["pkg", "why", "demo", "--json"]);
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 1,
    failure: { reason: "lock-key-unknown" },
  });
  expect(stderr).toMatch(/^✗ the lock has no package demo\n/);
});

test.for(packageCommands.filter(({ name }) => !withoutJson.includes(name)))(
  "the help of $name has --json",
  (command) => {
    expect(usage(command)).toContain("--json");
  },
);
