import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openRegistry } from "@slipway/registry";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addPackage } from "../add.ts";
import { readBuild, readBuiltFiles } from "../cache/build.ts";
import { cacheIn, parseCacheReference } from "../cache/cache.ts";
import { integrityOf, manifestName } from "../content.ts";
import { installPackages } from "../install.ts";
import { packPackage } from "../pack.ts";
import { pushPackage } from "../push.ts";
import { readPacked } from "../receipt.ts";
import { buildPackage } from "./build.ts";
import { addDependency } from "./dependency-list.ts";
import { addFiles } from "./include-list.ts";
import { initPackage } from "./init.ts";

let served: RegistryRig;
let root: string;

beforeAll(async () => {
  served = await startRegistryRig();
  root = await mkdtemp(path.join(tmpdir(), "slipway-round-trip-"));
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

function valueOf<Value>(result: { ok: true; value: Value } | { ok: false; failure: unknown }) {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

test("a package that is begun, edited and built here packs to what was built, and installs elsewhere", async () => {
  const { signal } = new AbortController();
  const place = { folder: path.join(root, "greeter"), home: root };
  await mkdir(path.join(place.folder, "parts"), { recursive: true });
  await writeFile(path.join(place.folder, "parts", "hello.py"), "def hello(): return 'hello'\n");
  valueOf(await initPackage(place.folder, { isForced: false }));
  valueOf(await addFiles(place, { words: ["parts"], isForced: false }));
  const requests = { name: "requests", version: ">=2,<3", isForced: false };
  valueOf(await addDependency(place, "runtime", requests));
  const cache = cacheIn(root);
  const world = { place, cache, builtAt: new Date(0), signal, progress: () => {} };
  const asked = { reference: undefined, isForced: false, isChecked: true };
  valueOf(await buildPackage({ ...world, ...asked }));

  valueOf(await packPackage({ workspaceRoot: root, projectRoot: "greeter", signal }));
  const packFolder = path.join(place.folder, "dist", "pack");
  const { receipt } = valueOf(await readPacked(packFolder));
  const built = valueOf(await readBuild(cache, valueOf(parseCacheReference("greeter:0.1.1"))));
  const files = await readBuiltFiles(built);
  const manifest = files.find((file) => file.path === manifestName)?.bytes ?? Buffer.of();
  expect(integrityOf({ files, manifest })).toBe(receipt.integrity);

  const registry = openRegistry();
  const repository = `${served.host}/agents/greeter`;
  valueOf(await pushPackage({ packFolder, repository, registry }));
  const lockFile = path.join(root, "app", "aigogo.lock");
  const here = {
    signal,
    progress: () => {},
    registry,
    store: { folder: path.join(root, ".aigogo", "store") },
  };
  const reference = `${repository}:0.1.1`;
  const { locked } = valueOf(await addPackage({ ...here, reference, lockFile }));
  expect(locked).toMatchObject({ key: "greeter", version: "0.1.1", integrity: receipt.integrity });
  const elsewhere = { home: path.join(root, "elsewhere"), virtualEnv: undefined };
  const project = { workspaceRoot: root, projectRoot: "app" };
  valueOf(await installPackages({ ...here, ...elsewhere, ...project }));
  const installed = path.join(root, "app/.aigogo/imports/aigogo/greeter/parts/hello.py");
  expect(await readFile(installed, "utf8")).toBe("def hello(): return 'hello'\n");
});
