import { execFile } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { initKeys } from "@slipway/attestation";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildGoPlugin } from "../../test/language-plugins.ts";

const cli = path.join(import.meta.dirname, "../../../../tools/cli/slipway.cjs");

let served: RegistryRig;
const root = mkdtempSync(path.join(tmpdir(), "slipway-locked-"));
const home = mkdtempSync(path.join(tmpdir(), "slipway-locked-home-"));

beforeAll(async () => {
  served = await startRegistryRig();
  await initKeys(root, { HOME: home });
  write("nx.json", "{}");
  write(
    "published/greeter/module.toml",
    `[module]\nname = "lang/go-greeter"\nversion = "1.0.0"\n[run.linux-x64]\nprogram = "./greeter"\n`,
  );
  write(
    "published/script/module.toml",
    `[module]\nname = "lang/greeter"\nversion = "1.2.3"\n[run]\nprogram = "./plugin.mjs"\n`,
  );
  // In the cache there is nothing to import from: a script travels as one file.
  await promisify(execFile)("rolldown", [
    path.join(import.meta.dirname, "../../../pipeline-sdk/test/greeter.ts"),
    "--platform",
    "node",
    "--file",
    path.join(root, "published/script/plugin.mjs"),
  ]);
  copyFileSync(await buildGoPlugin(), path.join(root, "published/greeter/greeter"));
  chmodSync(path.join(root, "published/greeter/greeter"), 0o755);
  write(
    "published/build/module.toml",
    `[module]
name = "acme/build"
version = "1.1.0"
[inputs]
target = { type = "string", default = "all" }
[[steps]]
run = "make {{ inputs.target }}"
`,
  );
  write(
    "cig.toml",
    `version = "0.2"
project = { name = "app", registry = "${served.host}/team" }
[plugins]
"lang/go-greeter" = "~1.0"
"lang/greeter" = "~1.2"
[jobs.a]
packages = ["ruby"]
steps = [{ uses = "acme/build@^1.0", with = { target = "docs" } }]
[[outputs]]
provider = "github"
path = ".github/workflows/{workflow}.yml"
`,
  );
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  for (const folder of [root, home]) rmSync(folder, { recursive: true, force: true });
});

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

async function ci(...words: readonly string[]) {
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    NO_COLOR: "1",
    SLIPWAY_MODULE_REGISTRY: `${served.host}/team`,
  };
  return new Promise<{ code: unknown; out: string; error: string }>((resolve) => {
    execFile(process.execPath, [cli, "ci", ...words], { cwd: root, env }, (failed, out, error) => {
      resolve({ code: failed?.code ?? 0, out, error });
    });
  });
}

test("a pipeline is rendered with what a registry has, by its lock, and not with what was changed since", async () => {
  for (const module of ["greeter", "script", "build"]) {
    expect(await ci("publish", "--plugin", `published/${module}`)).toMatchObject({ code: 0 });
  }
  const missing = await ci("render");
  expect(missing.code).toBe(1);
  expect(missing.error).toContain("lang/go-greeter");
  write(".ruby-version", "3.3.0\n");
  write("Gemfile.lock", "BUNDLED WITH\n   2.6.3\n");
  expect(await ci("sync")).toMatchObject({ code: 0 });
  const lock = readFileSync(path.join(root, "cig.lock"), "utf8");
  expect(lock.split("\n[resolved_versions]\n")[1]).toBe(`bundler = "2.6.3"\nruby = "3.3.0"\n`);
  expect(await ci("sync", "--frozen", "--offline")).toMatchObject({ code: 0 });

  const planned = await ci("plan", "--json");
  expect(planned).toMatchObject({ code: 0 });
  expect(JSON.parse(planned.out)).toMatchObject({
    plugins: expect.arrayContaining([
      expect.objectContaining({ name: "lang/go-greeter", place: "locked" }),
      expect.objectContaining({ name: "lang/greeter", version: "1.2.3", place: "locked" }),
    ]) as unknown,
  });
  expect(await ci("render")).toMatchObject({ code: 0 });
  const workflow = readFileSync(path.join(root, ".github/workflows/ci.yml"), "utf8");
  expect(workflow).toContain("run: make docs");

  const modules = path.join(home, ".cache/slipway/modules");
  const folder = readdirSync(modules).find(
    (name) =>
      readdirSync(modules).includes(`${name}.sigstore.json`) &&
      readdirSync(path.join(modules, name)).includes("greeter"),
  );
  const program = path.join(modules, folder ?? "", "greeter");
  chmodSync(program, 0o755);
  writeFileSync(program, "#!/bin/sh\ntouch /tmp/evil\n");
  const refused = await ci("render");
  expect(refused.code).toBe(1);
  expect(refused.error).toContain("the content of lang/go-greeter is not what is locked");
});
