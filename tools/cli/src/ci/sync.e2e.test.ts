import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setImmediate as turn } from "node:timers/promises";
import path from "node:path";
import { initKeys } from "@slipway/attestation";
import { hangs } from "@slipway/registry/faults";
import { serveMemory } from "@slipway/registry/memory-registry";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { afterAll, beforeAll, expect, test } from "vitest";

const cli = path.join(import.meta.dirname, "../../slipway.cjs");

let served: RegistryRig;
const root = mkdtempSync(path.join(tmpdir(), "slipway-ci-sync-"));
const home = path.join(root, "home");

beforeAll(async () => {
  served = await startRegistryRig();
  write("nx.json", "{}");
  write(
    "cig.toml",
    `version = "0.2"\nproject = { name = "app" }\n[jobs.a]\nsteps = [{ run = "make" }]\n`,
  );
  write(
    "mine/module.toml",
    `[module]\nname = "acme/ruby"\nversion = "1.2.0"\ncapabilities_required = ["network:https"]\n[run]\nprogram = "./plugin.ts"\n`,
  );
  write("mine/plugin.ts", "");
  await initKeys(root, { HOME: home });
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

/** Empty where there is none. */
function lockText(): string {
  const lock = path.join(root, "cig.lock");
  return existsSync(lock) ? readFileSync(lock, "utf8") : "";
}

async function ci(...words: readonly string[]) {
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    SLIPWAY_MODULE_REGISTRY: `${served.host}/t`,
  };
  return new Promise<{ code: unknown; out: string; error: string }>((resolve) => {
    execFile(process.execPath, [cli, "ci", ...words], { cwd: root, env }, (failed, out, error) => {
      resolve({ code: failed?.code ?? 0, out, error });
    }).stdin?.end();
  });
}

test("a plugin is published, added, granted, locked and kept as it is", async () => {
  const published = await ci("publish", "--plugin", "mine");
  expect(published).toMatchObject({ code: 0 });
  expect(published.out).toContain(`${served.host}/t/acme/ruby:1.2.0`);

  const refused = await ci("plugin", "add", "acme/ruby@~1.2");
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.error).toContain("with --grant acme/ruby=network:https");
  expect(existsSync(path.join(root, "cig.lock"))).toBe(false);
  expect(readFileSync(path.join(root, "cig.toml"), "utf8")).not.toContain("acme/ruby");

  const added = await ci("plugin", "add", "acme/ruby@~1.2", "--grant", "acme/ruby=network:https");
  expect(added).toMatchObject({
    code: 0,
    out: `acme/ruby            1.2.0  ${served.host}/t/acme/ruby  granted network:https\ncig.lock is written\n`,
  });
  const frozen = await ci("sync", "--frozen", "--json");
  expect(frozen).toMatchObject({ code: 0 });
  expect(JSON.parse(frozen.out)).toMatchObject({
    schema: 1,
    state: "unchanged",
    plugins: [{ name: "acme/ruby", version: "1.2.0", granted: ["network:https"] }],
    differences: [],
  });
});

test("Ctrl-C stops a sync that waits for a registry, and the lock stays as it was", async () => {
  await using silent = await serveMemory();
  silent.misbehave(/tags\/list/, hangs);
  const before = lockText();
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    SLIPWAY_MODULE_REGISTRY: `${silent.host}/t`,
  };
  const child = spawn(process.execPath, [cli, "ci", "plugin", "add", "acme/other@1.0"], {
    cwd: root,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  while (!silent.asked.some((one) => one.includes("tags/list"))) await turn();
  child.kill("SIGINT");
  await once(child, "close");
  const code = child.exitCode;
  expect({ code, lock: lockText() }).toEqual({
    code: 1,
    lock: before,
  });
  expect(said).toContain("stopped");
});

test("a lock that a merge left open is told with its line", async () => {
  const before = lockText();
  write("cig.lock", `# head\n<<<<<<< HEAD\nschema_version = "1"\n`);
  const { code, error } = await ci("sync");
  if (before === "") rmSync(path.join(root, "cig.lock"));
  else write("cig.lock", before);
  expect(code).toBe(1);
  expect(error).toContain("cig.lock:2:1");
  expect(error).toContain("left by a merge of git");
});

test("an address that is none is told with its column", async () => {
  const { code, error } = await ci("plugin", "add", "acme/ruby@~1");
  expect(code).toBe(2);
  expect(error).toContain(
    "acme/ruby@~1, character 11: ~1 does not say of which minor version: ~1.0",
  );
});

test("a publish without its folder or its registry says so", async () => {
  expect((await ci("publish")).error).toContain("--plugin is missing: the folder of the module");
  const odd = await ci("publish", "--plugin", "mine", "--registry", "not a host");
  expect(odd.error).toContain("not a host is no host of a registry");
});
