import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { openRegistry } from "@slipway/registry";
import { startRegistryRig } from "@slipway/registry/rig";
import { expect, test } from "vitest";
import { addPackage } from "./add.ts";
import { installPackages } from "./install.ts";
import { packPackage } from "./pack.ts";
import { pushPackage } from "./push.ts";
import { storeIn } from "./store-place.ts";

const run = promisify(execFile);
const examples = path.resolve(import.meta.dirname, "../../../examples");

test("the lock of the consumer is what slipway locks for the packages beside it, and its programs run", async () => {
  await using served = await startRegistryRig();
  const root = await mkdtemp(path.join(tmpdir(), "slipway-examples-"));
  const at = (...names: readonly string[]) => path.join(root, ...names);
  const { signal } = new AbortController();
  const registry = openRegistry({ signal });
  await cp(path.join(examples, "consumer"), at("consumer"), { recursive: true });
  await rm(at("consumer/.aigogo"), { recursive: true, force: true });
  await rm(at("consumer/aigogo.lock"));
  for (const name of ["text-tools", "slugify"]) {
    await cp(path.join(examples, "packages", name), at(name), { recursive: true });
    await packPackage({ workspaceRoot: root, projectRoot: name, signal });
    const repository = `${served.host}/agents/${name}`;
    await pushPackage({ packFolder: at(name, "dist/pack"), repository, registry });
    const reference = `${repository}:1.0.0`;
    const lockFile = at("consumer/aigogo.lock");
    await addPackage({ reference, lockFile, store: storeIn(at("other")), registry, signal });
  }
  const lock = await readFile(at("consumer/aigogo.lock"), "utf8");
  const expected = await readFile(path.join(examples, "consumer/aigogo.lock"), "utf8");
  expect(lock.replaceAll(served.host, "localhost:5055")).toBe(expected);

  await writeFile(at("package.json"), '{ "type": "module" }');
  const installed = await installPackages({
    workspaceRoot: root,
    projectRoot: "consumer",
    home: at("home"),
    virtualEnv: undefined,
    registry,
    signal,
    progress: () => {},
  });
  expect(installed).toMatchObject({ ok: true });
  const env = { PATH: process.env["PATH"] ?? "", PYTHONPATH: ".aigogo/imports" };
  const inApp = { cwd: at("consumer"), env };
  expect((await run("python3", ["app.py"], inApp)).stdout).toBe(
    "11 words: Slipway packs agents. It pushes agents to a registry.\nSlipway packs agents. It…\n",
  );
  const args = ["--require", "./.aigogo/register.js", "app.cjs"];
  expect((await run(process.execPath, args, inApp)).stdout).toBe("slipway-packs-agents\n");
  await rm(root, { recursive: true, force: true });
});
