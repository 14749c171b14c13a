import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { openRegistry } from "@slipway/registry";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addPackage } from "./add.ts";
import { cacheIn } from "./cache/cache.ts";
import { installPackages } from "./install.ts";
import { lockName } from "./lock.ts";
import { pushReference } from "./remote/push.ts";
import { removeTree } from "./remove-tree.ts";
import { storeIn } from "./store-place.ts";
import { verifyStore } from "./verify-store.ts";

const hasGo = spawnSync("go", ["version"]).status === 0;
const deep = `${"a-folder-of-a-long-name/".repeat(6)}module.py`;

/** All that a tar may say of a name, and an order that folders and bytes see differently. */
const words = (version = "1.0.0") => ({
  "aigogo.json": JSON.stringify({
    name: "my.words-2",
    version,
    language: { name: "python", version: ">=3.9" },
    files: { include: ["**/*"] },
  }),
  "lib.py": "x = 1\n",
  "lib/a.py": "y = 2\n",
  "lib/été.py": "z = 3\n",
  [deep]: "",
});
const slugs = (name = "slugs") => ({
  "aigogo.json": JSON.stringify({
    name,
    version: "0.2.0",
    language: { name: "javascript" },
    files: { include: ["*.js", "run.mjs"] },
  }),
  "index.js": "exports.slug = (text) => text.replaceAll(' ', '-');\n",
  "run.mjs": "#!/usr/bin/env node\n",
});
const plain = { "tool.py": "def tool(): return 1\n" };

let served: RegistryRig;
let program: string;
let root: string;

beforeAll(async () => {
  served = await startRegistryRig();
  program = path.join(await mkdtemp(path.join(tmpdir(), "slipway-go-aigg-")), "go-aigg");
  if (!hasGo) return;
  const built = spawnSync("go", ["build", "-o", program, "."], {
    cwd: path.resolve(import.meta.dirname, "../test/go-aigg"),
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(built.stderr);
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await rm(path.dirname(program), { recursive: true });
});
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-both-"));
});
afterEach(async () => removeTree(root));

const at = (...names: readonly string[]) => path.join(root, ...names);
const reference = (name: string) => `${served.host}/team/${name}`;
const registry = openRegistry();
const { signal } = new AbortController();
const progress = () => {};

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(at(folder, file)), { recursive: true });
    await writeFile(at(folder, file), content);
  }
}

/** In a project and a home of their own, as the program of another machine would be. */
async function theirs(...args: readonly string[]): Promise<string> {
  await mkdir(at("theirs"), { recursive: true });
  const env = { PATH: process.env["PATH"], HOME: at("their-home") };
  const child = spawn(program, args, { cwd: at("theirs"), env });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  await once(child, "close");
  const [stdout, stderr] = await said;
  expect([child.exitCode, stderr]).toEqual([0, ""]);
  return stdout;
}

const ours = {
  push: async (name: string, folder: string) => {
    const from = { project: at(folder) };
    const world = { cache: cacheIn(at("home")), registry, progress, now: new Date(), signal };
    return pushReference({ reference: reference(name), from, mayMove: false, ...world });
  },
  add: async (name: string) => {
    await mkdir(at("ours"), { recursive: true });
    const store = storeIn(at("home"));
    const asked = { reference: reference(name), lockFile: at("ours", lockName), store };
    return addPackage({ ...asked, cache: cacheIn(at("other-home")), registry, signal });
  },
  install: async () =>
    installPackages({
      workspaceRoot: root,
      projectRoot: "ours",
      home: at("home"),
      virtualEnv: undefined,
      registry,
      signal,
      progress,
      isFrozen: true,
    }),
};

const lockOf = async (project: string) => readFile(at(project, lockName), "utf8");

async function pushBoth(
  { version, name }: { readonly version?: string; readonly name?: string },
  by: (tagged: string, folder: string) => Promise<unknown>,
): Promise<void> {
  await write("words", words(version));
  await write("slugs", slugs(name));
  await chmod(at("slugs/run.mjs"), 0o755);
  await by("words:1", "words");
  await by("slugs:1", "slugs");
}

describe.skipIf(!hasGo)("what reads and writes as aigg does", () => {
  test("locks what we pushed in the bytes in which we lock it, and installs by our lock", async () => {
    await pushBoth({}, async (name, folder) => {
      expect(await ours.push(name, folder)).toMatchObject({ value: { state: "done" } });
    });
    for (const name of ["words:1", "slugs:1"]) {
      await theirs("add", reference(name));
      expect(await ours.add(name)).toMatchObject({ ok: true });
    }
    expect(await lockOf("theirs")).toBe(await lockOf("ours"));

    await removeTree(at("their-home"));
    expect(await theirs("install")).toBe("2\n");
    expect(await theirs("install")).toBe("0\n");
  });

  test("pushes what we lock in its bytes, install, and find whole in its store", async () => {
    await pushBoth({ version: "1.0.0<2&\u2028", name: "Slugs" }, async (name, folder) =>
      theirs("push", reference(`by-aigg/${name}`), at(folder), `${folder}:1`),
    );
    await write("plain", plain);
    await theirs("push", reference("by-aigg/plain:7"), at("plain"), "plain:7");
    for (const name of ["by-aigg/words:1", "by-aigg/slugs:1", "by-aigg/plain:7"]) {
      await theirs("add", reference(name));
      expect(await ours.add(name)).toMatchObject({ ok: true });
    }
    expect(await lockOf("ours")).toBe(await lockOf("theirs"));
    expect(await lockOf("ours")).toContain(
      '"my_words_2": {\n      "version": "1.0.0\\u003c2\\u0026\\u2028"',
    );

    await removeTree(at("home"));
    expect(await ours.install()).toMatchObject({ value: { facts: { packages: 3, fetched: 3 } } });
    const asked = { lockFile: undefined, isAll: true, isRepair: false, registry, signal, progress };
    expect(await verifyStore({ ...asked, store: storeIn(at("their-home")) })).toMatchObject({
      value: { cause: "verified", facts: { entries: 3 } },
    });
  });

  test("and shares its store with us: what one has fetched, the other asks nobody for", async () => {
    await write("words", words());
    await theirs("push", reference("shared/words:1"), at("words"), "words:1");
    await theirs("add", reference("shared/words:1"));
    await write("ours", { [lockName]: await lockOf("theirs") });
    const asked: string[] = [];
    const installed = await installPackages({
      workspaceRoot: root,
      projectRoot: "ours",
      home: at("their-home"),
      virtualEnv: undefined,
      registry: openRegistry({ counted: (question) => void asked.push(question) }),
      signal,
      progress,
    });
    expect(installed).toMatchObject({ value: { facts: { packages: 1, fetched: 0 } } });
    expect(asked).toEqual([]);
    expect(await lockOf("ours")).toBe(await lockOf("theirs"));
    expect(await theirs("install")).toBe("0\n");
  });
});
