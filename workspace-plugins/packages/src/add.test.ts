import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openRegistry } from "@slipway/registry";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addPackage } from "./add.ts";
import { writeBuild } from "./cache/build.ts";
import { cacheIn, parseCacheReference } from "./cache/cache.ts";
import type { PackageFile } from "./content.ts";
import { installPackages } from "./install.ts";
import { lockName, readLock } from "./lock.ts";
import { isPackagePath } from "./package-path.ts";
import { removeTree } from "./remove-tree.ts";
import { storeIn } from "./store-place.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-add-"));
});
afterEach(async () => removeTree(home));

const { signal } = new AbortController();

function file(name: string, text: string): PackageFile {
  if (!isPackagePath(name)) throw new Error(name);
  return { path: name, bytes: Buffer.from(text) };
}

const manifest = '{"name":"my-utils","version":"1.0.0","language":{"name":"python"}}';

/** A build of this machine, as `aigg build my-utils:1.0.0` leaves it. */
async function build(name = "my-utils"): Promise<void> {
  const reference = parseCacheReference(`${name}:1.0.0`);
  if (!reference.ok) throw new Error("reference");
  const own = file("aigogo.json", manifest.replace("my-utils", name));
  const files = [file("a.py", "x = 1\n"), own, file("lib/b.py", "")];
  await writeBuild(cacheIn(home), reference.value, files, new Date(0));
}

function options(asked: string[]) {
  return {
    reference: "my-utils:1.0.0",
    lockFile: path.join(home, lockName),
    store: storeIn(home),
    cache: cacheIn(home),
    registry: openRegistry({ counted: (question) => void asked.push(question) }),
    signal,
  };
}

test("a build of this machine is locked under the name of its manifest and installed without a request", async () => {
  await build();
  const asked: string[] = [];
  const locked = {
    key: "my_utils",
    version: "1.0.0",
    source: "my-utils:1.0.0",
    language: "python",
    files: ["a.py", "aigogo.json", "lib/b.py"],
  };
  expect(await addPackage(options(asked))).toMatchObject({ value: { state: "done", locked } });
  expect(await addPackage(options(asked))).toMatchObject({ value: { state: "unchanged" } });
  const installed = await installPackages({
    workspaceRoot: home,
    projectRoot: ".",
    home,
    virtualEnv: undefined,
    registry: options(asked).registry,
    signal,
    progress: () => {},
  });
  expect(installed).toMatchObject({ value: { packages: [{ key: "my_utils", action: "link" }] } });
  expect(asked).toEqual([]);
});

test("a lock that cannot be read is left as it is, and nothing is looked for", async () => {
  await build();
  const lockFile = path.join(home, lockName);
  await writeFile(lockFile, "<<<<<<< HEAD\n");
  expect(await addPackage(options([]))).toMatchObject({
    failure: { reason: "package-file-invalid" },
  });
  expect(await readLock(lockFile, lockFile)).toMatchObject({ ok: false });
  expect(await readdir(path.join(home, ".aigogo"))).toEqual(["cache"]);
});

test("packages that are added at one time are all in the lock", async () => {
  const names = ["one", "two", "three", "four", "five"];
  for (const name of names) await build(name);
  const results = await Promise.all(
    names.map((name) => addPackage({ ...options([]), reference: `${name}:1.0.0` })),
  );
  for (const result of results) expect(result).toMatchObject({ value: { state: "done" } });
  const lock = await readLock(path.join(home, lockName), lockName);
  expect(lock.ok && lock.value.packages.map(({ key }) => key)).toEqual(names.toSorted());
});
