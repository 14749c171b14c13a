import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openNpmClient } from "./npm-client.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-npm-client-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** A program called npm that is this script. */
async function writeNpm(script: string): Promise<void> {
  const file = path.join(folder, "npm");
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

function client(
  more: Readonly<Record<string, string>> = {},
  signal = new AbortController().signal,
) {
  const run = openNpmClient({ PATH: `${folder}:/usr/bin:/bin`, ...more }, signal);
  return (args: readonly string[], limitMs = 30_000) => run(args, { folder, limitMs });
}

test("npm gets the words, asks nobody, and answers in JSON", async () => {
  await writeNpm('echo "$@"; cat; exit 3');
  expect(await client()(["view", "a b"])).toEqual({
    state: "exited",
    exitCode: 3,
    stdout: "view a b --json --loglevel=error",
  });
});

test("npm has the caller's environment, without what npx says of its own call", async () => {
  await writeNpm("env");
  const own = { NPM_TOKEN: "t", npm_config_registry: "r" };
  const others = { npm_config_workspace: "w", npm_config_prefix: "/p", npm_config_global: "true" };
  const ended = await client({ ...own, ...others })([]);
  if (ended.state !== "exited") throw new Error(ended.state);
  const lines = ended.stdout.split("\n");
  expect(lines).toEqual(expect.arrayContaining(["NPM_TOKEN=t", "npm_config_registry=r"]));
  expect(lines.filter((line) => /_(workspace|prefix|global)=/.test(line))).toEqual([]);
});

test("after its time limit npm is ended, with what it started", async () => {
  await writeNpm("sleep 600 & sleep 600");
  expect(await client()([], 200)).toEqual({ state: "timed-out" });
});

test("npm is ended when we are stopped, and not started after that", async () => {
  const stopping = new AbortController();
  await writeNpm("touch begun; sleep 600");
  const running = client({}, stopping.signal)([]);
  await expect.poll(async () => readdir(folder)).toContain("begun");
  stopping.abort();
  expect(await running).toEqual({ state: "stopped" });
  expect(await client({}, stopping.signal)([])).toEqual({ state: "stopped" });
});

test("a machine without npm is told", async () => {
  const run = openNpmClient({ PATH: "/nowhere" }, new AbortController().signal);
  expect(await run([], { folder, limitMs: 1000 })).toEqual({ state: "absent" });
});
