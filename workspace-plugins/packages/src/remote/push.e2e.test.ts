import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { openRegistry, parseReference } from "@slipway/registry";
import type { Reference } from "@slipway/registry";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { digestOf, hexOf } from "@slipway/signature";
import tar from "tar-stream";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { writeBuild } from "../cache/build.ts";
import { cacheIn, parseCacheReference } from "../cache/cache.ts";
import { contentOf, integrityOf } from "../content.ts";
import type { PackageFile } from "../content.ts";
import { emptyConfig, manifestMediaType, writeImageManifest } from "../image-manifest.ts";
import { layerLimits } from "../layer-limits.ts";
import { writeLayer } from "../layer.ts";
import { isPackagePath } from "../package-path.ts";
import { pullPackage } from "./pull.ts";
import { pushReference } from "./push.ts";
import type { PushReferenceOptions } from "./push.ts";

let served: RegistryRig;
let root: string;
let asked: string[];
beforeAll(async () => {
  served = await startRegistryRig();
});
afterAll(async () => served[Symbol.asyncDispose]());
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-push-"));
  asked = [];
});
afterEach(async () => rm(root, { recursive: true, force: true }));

const registry = openRegistry({ counted: (question) => void asked.push(question) });
const cache = () => cacheIn(path.join(root, "home"));
const images = () => path.join(root, "home/.aigogo/cache/images");
const manifest = JSON.stringify({
  name: "words",
  version: "1.0.0",
  language: { name: "python" },
  files: { include: ["*.py"] },
});
const { signal } = new AbortController();
const world = () => ({ cache: cache(), registry, progress: () => {}, now: new Date(), signal });

async function project(code: string): Promise<string> {
  await mkdir(path.join(root, "words"), { recursive: true });
  await writeFile(path.join(root, "words/aigogo.json"), manifest);
  await writeFile(path.join(root, "words/words.py"), code);
  return path.join(root, "words");
}

function filesOf(code: string): readonly PackageFile[] {
  return Object.entries({ "aigogo.json": manifest, "words.py": code }).map(([name, text]) => {
    if (!isPackagePath(name)) throw new Error(name);
    return { path: name, bytes: Buffer.from(text) };
  });
}

function integrity(code: string) {
  return integrityOf(contentOf(filesOf(code), { name: "", version: "", language: "" }));
}

async function push(name: string, from: PushReferenceOptions["from"], mayMove = false) {
  asked = [];
  return pushReference({ reference: `${served.host}/${name}`, from, mayMove, ...world() });
}

async function pull(name: string) {
  return pullPackage({ reference: `${served.host}/${name}`, ...world() });
}

function referenceOf(name: string): Reference {
  const parsed = parseReference(`${served.host}/${name}`);
  if (!parsed.ok) throw new Error(name);
  return parsed.value;
}

const tagsOf = async (name: string) => {
  const tags = await registry.listTags(referenceOf(name));
  return tags.state === "present" ? tags.value.toSorted() : [];
};

test("a project is pushed under its tag and its content's own; again, one question is all", async () => {
  const folder = await project("x = 1\n");
  expect(await push("a/words:1.0.0", { project: folder })).toMatchObject({
    value: { state: "done", cause: "version-new", integrity: integrity("x = 1\n") },
  });
  const byContent = `aigogo-${hexOf(integrity("x = 1\n"))}`;
  expect(await tagsOf("a/words")).toEqual(["1.0.0", byContent]);
  // Whoever sees a tag can have its blobs, and whoever locks the version finds its content's own tag.
  const put = asked.filter((question) => question.startsWith("PUT "));
  expect(put.map((question) => question.replace(/^\S+ \S+\/(?=uploads|manifests)/, ""))).toEqual([
    expect.stringMatching(/^uploads\//),
    expect.stringMatching(/^uploads\//),
    `manifests/${byContent}`,
    "manifests/1.0.0",
  ]);
  expect(await push("a/words:1.0.0", { project: folder })).toMatchObject({
    value: { state: "unchanged", cause: "registry-agrees" },
  });
  expect(asked).toEqual([`HEAD http://${served.host}/v2/a/words/manifests/1.0.0`]);
});

test("a tag that names other content stays, unless it may move", async () => {
  await push("b/words:1.0.0", { project: await project("x = 1\n") });
  const other = await project("x = 2\n");
  const before = await registry.headManifest(referenceOf("b/words:1.0.0"));
  expect(await push("b/words:1.0.0", { project: other })).toMatchObject({
    failure: { reason: "tag-taken", found: before.state === "present" && before.value.digest },
  });
  expect(asked).toHaveLength(1);
  expect(await registry.headManifest(referenceOf("b/words:1.0.0"))).toEqual(before);
  expect(await push("b/words:1.0.0", { project: other }, true)).toMatchObject({
    value: { state: "done", cause: "version-moved" },
  });
  expect(await tagsOf("b/words")).toHaveLength(3);
});

test("what was pulled is pushed to another repository without sending its bytes", async () => {
  await push("c/dev:1.0.0", { project: await project("x = 1\n") });
  await rm(path.join(root, "home"), { recursive: true });
  expect(await pull("c/dev:1.0.0")).toMatchObject({ value: { cause: "pulled" } });
  const pushed = await push("c/prod:1.0.0", { build: `${served.host}/c/dev:1.0.0` });
  expect(pushed).toMatchObject({ value: { integrity: integrity("x = 1\n") } });
  expect(asked.filter((question) => /^(?:PUT|PATCH) \S+\/blobs\//.test(question))).toEqual([]);
});

test("a project that would leak others' files, or lack its script, is not pushed", async () => {
  const folder = await project("x = 1\n");
  await writeFile(path.join(root, "secret.py"), "");
  await symlink(path.join(root, "secret.py"), path.join(folder, "stolen.py"));
  expect(await push("h/words:1.0.0", { project: folder })).toMatchObject({
    failure: { reason: "source-escapes", path: "stolen.py" },
  });
  await rm(path.join(folder, "stolen.py"));
  const scripted = manifest.replace("{", '{"scripts":{"run":"gone.py"},');
  await writeFile(path.join(folder, "aigogo.json"), scripted);
  expect(await push("h/words:1.0.0", { project: folder })).toMatchObject({
    failure: { reason: "script-not-packed", path: "gone.py" },
  });
  expect(asked).toEqual([]);
});

test("a local build is pushed", async () => {
  const named = parseCacheReference("words:1.0.0");
  if (!named.ok) throw new Error("no reference");
  await writeBuild(cache(), named.value, filesOf("x = 3\n"), new Date());
  expect(await push("d/words:1.0.0", { build: "words:1.0.0" })).toMatchObject({
    value: { integrity: integrity("x = 3\n") },
  });
  expect(await push("d/words:1.0.0", { build: "none:1.0.0" })).toMatchObject({
    failure: { reason: "build-missing" },
  });
});

test("what is pulled is the layer as it was pushed, and metadata beside it", async () => {
  await push("e/words:1.0.0", { project: await project("x = 1\n") });
  await rm(path.join(root, "home"), { recursive: true });
  await pull("e/words:1.0.0");
  const [folder = ""] = await readdir(images());
  expect(await readdir(path.join(images(), folder))).toEqual(["layer.tar", "metadata.json"]);
  const layer = await readFile(path.join(images(), folder, "layer.tar"));
  expect(layer.equals(await writeLayer(filesOf("x = 1\n")))).toBe(true);
  expect(await pull("e/none:1.0.0")).toMatchObject({ failure: { reason: "package-missing" } });
});

/** A package as somebody else may have pushed it. */
async function publishLayer(name: string, layer: Buffer<ArrayBuffer>): Promise<void> {
  const reference = referenceOf(name);
  const descriptor = { digest: digestOf(layer), sizeBytes: layer.byteLength };
  for (const blob of [Buffer.from(emptyConfig), layer]) {
    await registry.uploadBlob(reference, digestOf(blob), new Blob([blob]));
  }
  const bytes = writeImageManifest(descriptor);
  await registry.putManifest(reference, { mediaType: manifestMediaType, bytes });
}

test("a compressed layer lies in the cache as the plain tar that aigg reads", async () => {
  const plain = await writeLayer(filesOf("x = 1\n"));
  await publishLayer("f/words:1.0.0", Buffer.from(gzipSync(plain)));
  expect(await pull("f/words:1.0.0")).toMatchObject({ ok: true });
  const [folder = ""] = await readdir(images());
  expect((await readFile(path.join(images(), folder, "layer.tar"))).equals(plain)).toBe(true);
});

test("a small layer that becomes a large one is given up on its way to the disk", async () => {
  const bytes = layerLimits.ratioFromBytes + 1024 * 1024;
  await publishLayer("i/words:1.0.0", Buffer.from(gzipSync(Buffer.alloc(bytes))));
  expect(await pull("i/words:1.0.0")).toMatchObject({
    failure: { reason: "layer-refused", problem: "too-dense" },
  });
  expect(await readdir(images())).toEqual([]);
});

test("a layer that would write elsewhere is not kept", async () => {
  const pack = tar.pack();
  pack.entry({ name: "../evil.py" }, "x");
  pack.finalize();
  await publishLayer("g/words:1.0.0", Buffer.from(await buffer(pack)));
  expect(await pull("g/words:1.0.0")).toMatchObject({
    failure: { reason: "layer-refused", problem: "traversal" },
  });
  expect(await readdir(images())).toEqual([]);
});
