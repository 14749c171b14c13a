import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Digest } from "@slipway/signature";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { collectStore } from "./collect-store.ts";
import { contentOf, integrityOf } from "./content.ts";
import { formatLock, lockName } from "./lock.ts";
import type { LockedPackage } from "./lock.ts";
import { environmentsOf, packagesWithEnvironments } from "./exec/environments.ts";
import { isPackageKey } from "./package-name.ts";
import { isPackagePath } from "./package-path.ts";
import { dueRecord, projectWord, writeRecord } from "./project-record.ts";
import { removeTree } from "./remove-tree.ts";
import { openStaging } from "./staging.ts";
import { stockContent } from "./stock.ts";
import { inspectEntry } from "./store.ts";
import { entriesIn, storeIn } from "./store-place.ts";
import type { Store } from "./store-place.ts";
import { uninstallPackages } from "./uninstall.ts";
import { verifyStore } from "./verify-store.ts";
import { openRegistry } from "@slipway/registry";

let root: string;
let store: Store;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-collect-"));
  store = storeIn(root);
});
afterEach(async () => removeTree(root));

const { signal } = new AbortController();
const progress = (): void => {};

/** Puts a package of that name into the store. */
async function stocked(key: string): Promise<LockedPackage> {
  const file = "a.py";
  if (!isPackagePath(file) || !isPackageKey(key, "python")) throw new Error(key);
  const naming = { name: key, version: "1.0.0", language: "python" };
  const content = contentOf([{ path: file, bytes: Buffer.from(key) }], naming);
  await stockContent(store, content, { signal });
  const source = `registry.example/team/${key}:1.0.0`;
  const integrity = integrityOf(content);
  return { key, version: "1.0.0", integrity, source, language: "python", files: [file] };
}

/** A project that has installed `installed`, and whose lock now names `locked`. */
async function project(
  name: string,
  installed: readonly LockedPackage[],
  locked: readonly LockedPackage[],
): Promise<string> {
  const folder = path.join(root, name);
  await mkdir(folder);
  await writeFile(path.join(folder, lockName), formatLock({ packages: locked }));
  const record = await dueRecord(
    store,
    folder,
    installed.map(({ integrity }) => integrity),
  );
  const staging = await openStaging(store, { word: projectWord(folder) }, { signal });
  if (!staging.ok || record === undefined) throw new Error(name);
  await using opened = staging.value;
  await writeRecord(opened, record);
  return folder;
}

const collect = async (options: { readonly isAll?: boolean; readonly isDryRun?: boolean } = {}) => {
  const { isAll = false, isDryRun = false } = options;
  const done = await collectStore({ store, isAll, isDryRun, progress });
  if (!done.ok) throw new Error(JSON.stringify(done.failure));
  return done.value;
};
const integrities = (...packages: readonly LockedPackage[]): readonly Digest[] =>
  packages.map(({ integrity }) => integrity).toSorted();

test("what a known project no longer locks goes; what any locks, and what none ever installed, stays", async () => {
  const [used, dropped, foreign] = [
    await stocked("used"),
    await stocked("dropped"),
    await stocked("foreign"),
  ];
  await project("app", [used, dropped], [used]);
  expect(await collect({ isDryRun: true })).toMatchObject({
    state: "unchanged",
    cause: "planned",
    removed: [dropped.integrity],
  });
  expect((await entriesIn(store)).length).toBe(3);
  expect(await collect()).toMatchObject({
    state: "done",
    cause: "collected",
    facts: { removed: 1, kept: 2, "freed bytes": "dropped".length + syntheticBytes("dropped") },
    removed: [dropped.integrity],
  });
  expect(await entriesIn(store)).toEqual(integrities(used, foreign));
  expect(await collect()).toMatchObject({ state: "unchanged", cause: "nothing-to-collect" });
  expect(await collect({ isAll: true })).toMatchObject({ removed: [foreign.integrity] });
  expect(await inspectEntry(store, used.integrity)).toMatchObject({ state: "right" });
  expect(await readdir(path.join(store.folder, "slipway/incoming"))).toEqual([]);
});

function syntheticBytes(name: string): number {
  return JSON.stringify({ language: { name: "python" }, name, version: "1.0.0" }, undefined, 2)
    .length;
}

test("an entry that another project locks stays, and a project that is gone uses nothing", async () => {
  const shared = await stocked("shared");
  const folder = await project("first", [shared], []);
  const other = await project("second", [shared], [shared]);
  expect(await collect()).toMatchObject({ removed: [] });
  await rm(other, { recursive: true });
  await rm(folder, { recursive: true });
  expect(await collect()).toMatchObject({ removed: [shared.integrity] });
  expect(await readdir(path.join(store.folder, "slipway/projects"))).toEqual([]);
});

test("a lock that cannot be read keeps everything", async () => {
  const used = await stocked("used");
  const folder = await project("app", [used], [used]);
  await writeFile(path.join(folder, lockName), "<<<<<<< HEAD");
  const failure = { reason: "package-file-invalid", file: path.join(folder, lockName) };
  expect(await collectStore({ store, isAll: true, isDryRun: false, progress })).toMatchObject({
    failure,
  });
  expect(await entriesIn(store)).toEqual([used.integrity]);
});

test("an entry that another run is at stays", async () => {
  const dropped = await stocked("dropped");
  await project("app", [dropped], []);
  const staging = await openStaging(store, { entry: dropped.integrity }, { signal });
  if (!staging.ok) throw new Error("not opened");
  await using _held = staging.value;
  expect(await collect()).toMatchObject({ removed: [] });
  expect(await entriesIn(store)).toEqual([dropped.integrity]);
});

describe("what was installed for scripts of a package", () => {
  /** As `exec` leaves it. */
  async function withEnvironment(key: string): Promise<LockedPackage> {
    const locked = await stocked(key);
    const folder = path.join(environmentsOf(store, locked.integrity), "python-3.11-linux-x64");
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "pyvenv.cfg"), "");
    return locked;
  }
  const uninstall = async (projectFolder: string) =>
    uninstallPackages({ projectFolder, home: root, virtualEnv: undefined, signal });

  test("goes with the package when the store is collected, and stays while a lock names it", async () => {
    const used = await withEnvironment("used");
    const dropped = await withEnvironment("dropped");
    const foreign = await withEnvironment("foreign");
    await project("app", [used, dropped], [used]);
    expect(await collect({ isDryRun: true })).toMatchObject({ environments: [dropped.integrity] });
    expect(await packagesWithEnvironments(store)).toHaveLength(3);
    expect(await collect()).toMatchObject({ environments: [dropped.integrity] });
    expect(await packagesWithEnvironments(store)).toEqual(integrities(used, foreign));
    expect(await collect({ isAll: true })).toMatchObject({ environments: [foreign.integrity] });
  });

  test("goes when its project is uninstalled, unless another project locks the package", async () => {
    const own = await withEnvironment("own");
    const shared = await withEnvironment("shared");
    const folder = await project("app", [own, shared], [own, shared]);
    const other = await project("other", [shared], [shared]);
    expect(await uninstall(folder)).toMatchObject({ value: { facts: { environments: 1 } } });
    expect(await packagesWithEnvironments(store)).toEqual([shared.integrity]);
    await writeFile(path.join(folder, lockName), "<<<<<<< HEAD");
    expect(await uninstall(other)).toMatchObject({ value: { facts: { environments: 0 } } });
    expect(await packagesWithEnvironments(store)).toEqual([shared.integrity]);
  });
});

test("verify names each entry of the lock that is missing or was changed, and with all those of others", async () => {
  const [right, wrong, lost] = [
    await stocked("right"),
    await stocked("wrong"),
    await stocked("lost"),
  ];
  const foreign = await stocked("foreign");
  const folder = await project("app", [], [right, wrong, lost]);
  for (const { integrity } of [wrong, foreign]) {
    const hex = integrity.slice(7);
    const harmed = path.join(store.folder, "sha256", hex.slice(0, 2), hex);
    await writeFile(path.join(harmed, "aigogo.json"), "{}");
  }
  const hex = lost.integrity.slice(7);
  await removeTree(path.join(store.folder, "sha256", hex.slice(0, 2), hex));
  const verify = (isAll: boolean) =>
    verifyStore({
      store,
      lockFile: path.join(folder, lockName),
      isAll,
      isRepair: false,
      registry: openRegistry(),
      signal,
      progress,
    });
  const own = [
    { name: "lost", damage: { kind: "missing" } },
    { name: "wrong", damage: { kind: "other-bytes" } },
  ];
  expect(await verify(false)).toEqual({
    ok: false,
    failure: { reason: "store-damaged", folder: store.folder, entries: own, builds: [] },
  });
  const other = { name: foreign.integrity.slice(7, 19), damage: { kind: "other-bytes" } };
  expect(await verify(true)).toMatchObject({ failure: { entries: [...own, other] } });
});
