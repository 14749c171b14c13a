import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openRegistry, parseReference } from "@slipway/registry";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { addPackage } from "../add.ts";
import { cacheIn } from "../cache/cache.ts";
import { readLock } from "../lock.ts";
import { immutableTag } from "../send-package.ts";
import { deletePlanned, planDeletion } from "../remote/delete.ts";
import { pushReference } from "../remote/push.ts";
import { inspectEntry } from "../store.ts";
import { storeIn } from "../store-place.ts";
import { outdatedPackages, updatePackages } from "./update.ts";
import { explainPackage } from "./why.ts";

let served: RegistryRig;
let root: string;
let asked: string[];
beforeAll(async () => {
  served = await startRegistryRig();
});
afterAll(async () => served[Symbol.asyncDispose]());
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-update-"));
  asked = [];
});
afterEach(async () => rm(root, { recursive: true, force: true }));

const { signal } = new AbortController();
const registry = openRegistry({ counted: (question) => void asked.push(question) });
const store = () => storeIn(path.join(root, "home"));
const lockFile = () => path.join(root, "aigogo.lock");
const world = () => ({
  lockFile: lockFile(),
  registry,
  store: store(),
  signal,
  progress: () => {},
});

type Published = { readonly code?: string; readonly name?: string; readonly mayMove?: boolean };

/** A Python package that wants requests, under a tag. */
async function publish(name: string, { code = "", name: own = "words", mayMove }: Published = {}) {
  const folder = path.join(root, "project");
  await mkdir(folder, { recursive: true });
  const manifest = {
    name: own,
    version: name.split(":")[1],
    language: { name: "python", version: ">=3.8" },
    dependencies: { runtime: [{ package: "Py-Yaml", version: ">=6" }] },
    files: { include: ["*.py"] },
  };
  await writeFile(path.join(folder, "aigogo.json"), JSON.stringify(manifest));
  await writeFile(path.join(folder, "words.py"), code);
  const pushed = await pushReference({
    reference: `${served.host}/${name}`,
    from: { project: folder },
    mayMove: mayMove ?? false,
    cache: cacheIn(path.join(root, "publisher")),
    registry,
    progress: () => {},
    now: new Date(),
    signal: new AbortController().signal,
  });
  if (!pushed.ok) throw new Error(JSON.stringify(pushed.failure));
  return pushed.value.integrity;
}

async function add(name: string) {
  expect(await addPackage({ reference: `${served.host}/${name}`, ...world() })).toMatchObject({
    ok: true,
  });
}

const outdated = async () => outdatedPackages({ keys: [], ...world() });
const update = async (given: { readonly toLatest?: boolean; readonly isDryRun?: boolean } = {}) =>
  updatePackages({ keys: [], toLatest: false, isDryRun: false, ...world(), ...given });

async function locked() {
  const lock = await readLock(lockFile(), lockFile());
  return lock.ok ? lock.value.packages[0] : undefined;
}

test("newer versions are told and locked, incompatible ones when they are asked for", async () => {
  for (const tag of ["1.0.0", "1.2.0", "2.0.0"]) await publish(`a/words:${tag}`, { code: tag });
  await add("a/words:1.0.0");
  expect(await outdated()).toMatchObject({
    value: [{ tag: "1.0.0", wanted: "1.2.0", latest: "2.0.0", content: "same" }],
  });
  const before = await locked();
  const planned = await update({ isDryRun: true });
  expect(planned).toMatchObject({ value: { cause: "updates-planned", changes: [{}] } });
  expect(await locked()).toEqual(before);

  const updated = await update();
  const after = await locked();
  expect(after).toMatchObject({ version: "1.2.0", source: `${served.host}/a/words:1.2.0` });
  const change = { key: "words", from: { version: "1.0.0" }, to: { integrity: after?.integrity } };
  expect(updated).toMatchObject({ value: { cause: "updated", changes: [change] } });
  if (after === undefined) throw new Error("nothing is locked");
  expect(await inspectEntry(store(), after.integrity)).toMatchObject({ state: "right" });

  expect(await update()).toMatchObject({ value: { state: "unchanged", cause: "up-to-date" } });
  await update({ toLatest: true });
  expect(await locked()).toMatchObject({ version: "2.0.0" });
});

test("a tag that was moved to other content is told, without fetching it, and locked anew", async () => {
  const first = await publish("b/words:1.0.0", { code: "x = 1\n" });
  await add("b/words:1.0.0");
  const second = await publish("b/words:1.0.0", { code: "x = 2\n", mayMove: true });
  asked = [];
  expect(await outdated()).toMatchObject({ value: [{ content: "moved", wanted: "1.0.0" }] });
  expect(asked.filter((question) => question.includes("/blobs/"))).toEqual([]);
  expect(await update()).toMatchObject({
    value: { changes: [{ from: { integrity: first }, to: { integrity: second } }] },
  });
  expect(await update()).toMatchObject({ value: { state: "unchanged" } });
});

test("without a tag of the content, as aigg leaves it, only fetching can tell", async () => {
  const integrity = await publish("c/words:1.0.0", { code: "x = 1\n" });
  await add("c/words:1.0.0");
  const manifest = await registry.getManifest(referenceOf("c/words:1.0.0"));
  if (manifest.state !== "present") throw new Error("no manifest");
  const byContent = `${served.host}/c/words:${immutableTag(integrity)}`;
  const plan = await planDeletion({ reference: byContent, all: false, registry });
  if (!plan.ok) throw new Error("no plan");
  await deletePlanned(registry, plan.value);
  expect(await outdated()).toMatchObject({ value: [{ content: "gone" }] });
  await registry.putManifest(referenceOf("c/words:1.0.0"), manifest.value);
  expect(await outdated()).toMatchObject({ value: [{ content: "unclear" }] });
  expect(await update()).toMatchObject({ value: { state: "unchanged" } });
});

test("a newer version that names itself otherwise is not taken, and then nothing else is", async () => {
  for (const tag of ["1.0.0", "1.1.0"]) await publish(`d/tools:${tag}`, { name: "tools" });
  await add("d/tools:1.0.0");
  await publish("d/words:1.0.0");
  await add("d/words:1.0.0");
  await publish("d/words:1.1.0", { name: "requests" });
  const before = await readFile(lockFile(), "utf8");
  expect(await update()).toMatchObject({
    failure: { reason: "update-is-other", key: "words", found: "requests" },
  });
  expect(await readFile(lockFile(), "utf8")).toBe(before);
});

test("what is pinned by a digest stays", async () => {
  await publish("e/words:1.0.0");
  const head = await registry.headManifest(referenceOf("e/words:1.0.0"));
  if (head.state !== "present") throw new Error("no manifest");
  await add(`e/words@${head.value.digest}`);
  await publish("e/words:1.1.0");
  expect(await outdated()).toMatchObject({ value: [{ content: "pinned" }] });
  expect(await update({ toLatest: true })).toMatchObject({ value: { state: "unchanged" } });
});

test("a package, an import, a file of it and a dependency of it are explained", async () => {
  const integrity = await publish("f/words:1.0.0");
  await add("f/words:1.0.0");
  const why = async (text: string) =>
    explainPackage({ lockFile: lockFile(), asked: text, folder: root, store: store() });
  const origin = { key: "words", integrity, entryState: "right", linkState: "missing" };
  const found = await why("words");
  expect(found).toMatchObject({ value: { kind: "package", origin } });
  expect(await why("aigogo.words.deeper")).toEqual(found);
  if (!found.ok || found.value.kind !== "package") throw new Error("not found");
  const file = path.join(found.value.origin.entry, "files", "words.py");
  expect(await why(path.relative(root, file))).toEqual(found);
  // PEP 503 has one name for all of these.
  expect(await why("py_yaml")).toMatchObject({
    value: { kind: "dependency", wantedBy: [{ key: "words", constraint: ">=6", kind: "runtime" }] },
  });
  expect(await why("wrds")).toMatchObject({
    failure: { reason: "lock-key-unknown", near: ["words"] },
  });
});

function referenceOf(name: string) {
  const parsed = parseReference(`${served.host}/${name}`);
  if (!parsed.ok) throw new Error(name);
  return parsed.value;
}
