import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openRegistry } from "@slipway/registry";
import { startRegistryRig } from "@slipway/registry/rig";
import { ok } from "@slipway/signature";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeBuild } from "../cache/build.ts";
import { cacheIn, parseCacheReference } from "../cache/cache.ts";
import { writeImage } from "../cache/image.ts";
import { contentOf, integrityOf } from "../content.ts";
import type { PackageFile } from "../content.ts";
import { writeLayer } from "../layer.ts";
import { formatLock } from "../lock.ts";
import { packPackage } from "../pack.ts";
import { isPackageKey } from "../package-name.ts";
import { isPackagePath } from "../package-path.ts";
import { pushPackage } from "../push.ts";
import { entryFolder, storeIn } from "../store-place.ts";
import { searchPackages } from "./search-packages.ts";
import type { SearchOptions } from "./search-packages.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-search-test-"));
});
afterEach(async () => rm(home, { recursive: true, force: true }));

const { signal } = new AbortController();
const summary = "Helpers for plain text";

function manifestOf(
  name: string,
  version = "1.0.0",
  ai: object = { summary, capabilities: ["count words"] },
) {
  const language = { name: "python", version: ">=3.9" };
  return JSON.stringify({ name, version, language, files: { include: ["a.py"] }, ai });
}

function filesOf(manifest: string): readonly PackageFile[] {
  return Object.entries({ "a.py": "x = 1\n", "aigogo.json": manifest }).map(([name, text]) => {
    if (!isPackagePath(name)) throw new Error(name);
    return { path: name, bytes: Buffer.from(text) };
  });
}

function referenceOf(text: string) {
  const reference = parseCacheReference(text);
  if (!reference.ok) throw new Error(text);
  return reference.value;
}

async function store(manifest: string) {
  const naming = { name: "x", version: "1", language: "python" };
  const integrity = integrityOf(contentOf(filesOf(manifest), naming));
  const folder = entryFolder(storeIn(home), integrity);
  await mkdir(path.join(folder, "files"), { recursive: true });
  await writeFile(path.join(folder, "aigogo.json"), manifest);
  return integrity;
}

async function lock(source: string, manifest?: string) {
  const integrity = await store(manifest ?? manifestOf("elsewhere"));
  if (manifest === undefined) await rm(entryFolder(storeIn(home), integrity), { recursive: true });
  const key = "text_tools";
  if (!isPackageKey(key, "python")) throw new Error(key);
  const entry = {
    key,
    version: "1.0.0",
    integrity,
    source,
    language: "python",
    files: [],
  } as const;
  const lockFile = path.join(home, "aigogo.lock");
  await writeFile(lockFile, formatLock({ packages: [entry] }));
  return { lockFile, integrity };
}

async function search(words: readonly string[], with_: Partial<SearchOptions> = {}) {
  const found = await searchPackages({
    query: { words, capabilities: [] },
    lockFile: undefined,
    store: storeIn(home),
    cache: cacheIn(home),
    online: undefined,
    ...with_,
  });
  if (!found.ok) throw new Error(JSON.stringify(found.failure));
  return found.value;
}

test("a package is found once, in the lock, the store and the cache, by what ai says of it", async () => {
  const manifest = manifestOf("text-tools");
  const { lockFile, integrity } = await lock("localhost:5000/agents/text-tools:1.0.0", manifest);
  const cache = cacheIn(home);
  const time = new Date("2026-03-01T10:00:00Z");
  await writeBuild(cache, referenceOf("text-tools:1.0.0"), filesOf(manifest), time);
  const layer = await writeLayer(filesOf(manifest));
  const pulled = referenceOf("localhost:5000/agents/text-tools:1.0.0");
  await writeImage(cache, pulled, async (file) => ok(await writeFile(file, layer)), time);
  const found = await search(["count", "plain"], { lockFile });
  expect(found.unread).toBe(0);
  expect(found.packages).toMatchObject([
    {
      name: "text-tools",
      version: "1.0.0",
      language: "python",
      summary,
      capabilities: ["count words"],
      places: [
        { kind: "lock", key: "text_tools", source: pulled },
        { kind: "store", integrity },
        { kind: "build", reference: "text-tools:1.0.0" },
        { kind: "pull", reference: pulled },
      ],
    },
  ]);
});

test("a locked package that is not installed is known by its name", async () => {
  const { lockFile } = await lock("localhost:5000/agents/text-tools:1.0.0");
  const found = await search(["tools"], { lockFile });
  expect(found.packages).toMatchObject([{ name: "text_tools", version: "1.0.0", summary: "" }]);
});

describe("what cannot be read is counted and hides nothing", () => {
  test.for<readonly [string, string]>([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["fields of other types", `{"name":5,"ai":"x"}`],
    ["deep nesting", `{"name":"a","ai":${"[".repeat(100_000)}`],
    ["more than 1 MiB", `{"name":"${"a".repeat(1024 * 1024)}"}`],
  ])("%s", async ([, text]) => {
    await store(text);
    await store(manifestOf("text-tools"));
    const found = await search(["python"]);
    expect([found.unread, found.packages.map(({ name }) => name)]).toEqual([1, ["text-tools"]]);
  });

  test("a pulled layer that is no tar, and a folder of the store that is no entry", async () => {
    const pulled = referenceOf("localhost:5000/a/b:1");
    await writeImage(
      cacheIn(home),
      pulled,
      async (file) => ok(await writeFile(file, "no tar")),
      new Date(),
    );
    await mkdir(path.join(storeIn(home).folder, "sha256", "ab", "abc"), { recursive: true });
    expect(await search(["x"])).toEqual({ packages: [], unread: 1 });
  });
});

test("where there is nothing at all, nothing is found", async () => {
  expect(await search(["x"])).toEqual({ packages: [], unread: 0 });
});

describe("a registry", () => {
  async function publish(host: string, version: string, ai?: object) {
    const project = path.join(home, "project");
    await mkdir(project, { recursive: true });
    await writeFile(path.join(project, "a.py"), "x = 1\n");
    await writeFile(path.join(project, "aigogo.json"), manifestOf("text-tools", version, ai));
    const packed = await packPackage({ workspaceRoot: home, projectRoot: "project", signal });
    if (!packed.ok) throw new Error(packed.failure.reason);
    const pushed = await pushPackage({
      packFolder: path.join(project, "dist/pack"),
      repository: `${host}/agents/text-tools`,
      registry: openRegistry(),
    });
    if (!pushed.ok) throw new Error(pushed.failure.reason);
  }

  test("is asked only where that is wanted, and describes a repository by its newest version", async () => {
    await using served = await startRegistryRig();
    await publish(served.host, "1.9.0", { summary: "old", capabilities: ["old"] });
    await publish(served.host, "1.10.0", { summary: "new", capabilities: ["count words"] });
    const repository = `${served.host}/agents/text-tools`;
    const { lockFile } = await lock(`${repository}:1.9.0`);
    const asked: string[] = [];
    const registry = openRegistry({ counted: (question) => void asked.push(question) });

    expect((await search(["count"], { lockFile })).packages).toEqual([]);
    expect(asked).toEqual([]);

    const place = { kind: "registry", repository, tags: ["1.10.0", "1.9.0"] };
    const online = { registry, repositories: [] };
    expect((await search(["count"], { lockFile, online })).packages).toMatchObject([
      { name: "text-tools", version: "1.10.0", summary: "new", places: [place] },
    ]);
    const named = { registry, repositories: [repository, `${repository}:1.9.0`] };
    expect((await search(["count"], { online: named })).packages).toMatchObject([
      { version: "1.10.0", places: [place] },
    ]);
    const absent = { registry, repositories: [`${served.host}/agents/absent`] };
    expect(await search(["count"], { online: absent })).toEqual({ packages: [], unread: 0 });
  });

  test("that gives no answer is a failure", async () => {
    const retry = { tries: 1, firstPauseMs: 0, longestPauseMs: 0, pause: async () => {} };
    const registry = openRegistry({ retry });
    const found = await searchPackages({
      query: { words: ["x"], capabilities: [] },
      lockFile: undefined,
      store: storeIn(home),
      cache: cacheIn(home),
      online: { registry, repositories: ["localhost:9/a/b"] },
    });
    expect(found.ok).toBe(false);
  });
});
