import { parseJson } from "@slipway/signature/basics";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fail, ok } from "@slipway/signature";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { PackageFile } from "../content.ts";
import { isPackagePath } from "../package-path.ts";
import { readBuild, readBuiltFiles, writeBuild } from "./build.ts";
import { buildFolder, cacheIn, imageFolder, parseCacheReference } from "./cache.ts";
import type { Cache, CacheReference } from "./cache.ts";
import { findImage, writeImage } from "./image.ts";
import { writeLayer } from "../layer.ts";
import { listCache } from "./list.ts";

let home: string;
let cache: Cache;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-cache-"));
  cache = cacheIn(home);
});
afterEach(async () => rm(home, { recursive: true, force: true }));

const at = (...names: readonly string[]) => path.join(home, ".aigogo", "cache", ...names);
const time = new Date("2026-03-01T10:00:00Z");
const manifest = `{"name":"utils","version":"1.0.0","language":{"name":"python"}}`;

function named(text: string): CacheReference {
  const reference = parseCacheReference(text);
  if (!reference.ok) throw new Error(text);
  return reference.value;
}

function files(texts: Readonly<Record<string, string>>): readonly PackageFile[] {
  return Object.entries(texts).map(([name, text]) => {
    if (!isPackagePath(name)) throw new Error(name);
    return { path: name, bytes: Buffer.from(text) };
  });
}

const BuildMetadata = z.looseObject({ built_at: z.string() });

const utils = files({ "aigogo.json": manifest, "lib/a.py": "x = 1\n" });
const build = async (reference: string, content = utils) =>
  writeBuild(cache, named(reference), content, time);
const pull = async (reference: string, text: string) =>
  writeImage(cache, named(reference), async (layer) => ok(await writeFile(layer, text)), time);

describe("a reference", () => {
  test.for([
    "utils:1.0.0",
    "utils",
    "org/pkg:1",
    "localhost:5000/a/b:1.0-rc.1",
    `a@sha256:${"0".repeat(64)}`,
  ])("%s has a place in the cache", (text) =>
    expect(parseCacheReference(text)).toEqual({ ok: true, value: text }),
  );

  test.for([
    "",
    ".",
    "..",
    "../x",
    "a/../b",
    "a/..:1",
    "/a",
    "a//b",
    "images",
    "a b",
    "a\n",
    "a:..",
    ".a",
    "a:1.partial-7-x",
    "a".repeat(300),
  ])("%j is refused: its folder would be another's", (text) =>
    expect(parseCacheReference(text)).toEqual(fail({ reason: "cache-reference-invalid", text })),
  );

  test("has the folder that aigg gives it", () => {
    expect(buildFolder(cache, named("hub.example/org/pkg:1"))).toBe(at("hub.example_org_pkg_1"));
    expect(imageFolder(cache, named("org/pkg:1"))).toBe(at("images", "org_pkg_1"));
  });
});

describe("a build", () => {
  test("is files, manifest and metadata as aigg writes them", async () => {
    await build("utils:1.0.0");
    const metadata = await readFile(at("utils_1.0.0", ".aigogo-metadata.json"), "utf8");
    const { built_at: builtAt, ...rest } = BuildMetadata.parse(JSON.parse(metadata));
    expect(rest).toEqual({
      name: "utils:1.0.0",
      type: "local-build",
      source: "local",
      manifest: parseJson(manifest),
    });
    // Go's RFC 3339: seconds, and Z or an offset.
    expect(builtAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)$/);
    expect(new Date(builtAt)).toEqual(time);
    expect(await readFile(at("utils_1.0.0", "lib", "a.py"), "utf8")).toBe("x = 1\n");
    expect(await readFile(at("utils_1.0.0", "aigogo.json"), "utf8")).toBe(manifest);
  });

  test("is read with the sizes and bytes of its files, and not its metadata", async () => {
    await build("utils:1.0.0");
    const read = await readBuild(cache, named("utils:1.0.0"));
    if (!read.ok) throw new Error(JSON.stringify(read.failure));
    expect(read.value.builtAt).toEqual(time);
    expect(read.value.files).toEqual([
      { path: "aigogo.json", sizeBytes: manifest.length },
      { path: "lib/a.py", sizeBytes: 6 },
    ]);
    expect(await readBuiltFiles(read.value)).toEqual(utils);
  });

  test("of another reference in the same place is neither given nor replaced", async () => {
    await build("org/pkg:1");
    const reference = named("org_pkg:1");
    const folder = at("org_pkg_1");
    const taken = fail({ reason: "cache-place-taken", reference, takenBy: "org/pkg:1", folder });
    expect(await readBuild(cache, reference)).toEqual(taken);
    expect(await build("org_pkg:1", files({ "aigogo.json": "{}" }))).toEqual(taken);
    expect(await readFile(at("org_pkg_1", "aigogo.json"), "utf8")).toBe(manifest);
  });

  test("that aigg broke off is none", async () => {
    await mkdir(at("utils_1.0.0"), { recursive: true });
    await writeFile(at("utils_1.0.0", "a.py"), "");
    const reference = named("utils:1.0.0");
    expect(await readBuild(cache, reference)).toEqual(fail({ reason: "build-missing", reference }));
    expect(await build("utils:1.0.0")).toMatchObject({ ok: true });
    expect(await readdir(at("utils_1.0.0"))).not.toContain("a.py");
  });

  test("with a link in it is not read: it may lead anywhere", async () => {
    await build("utils:1.0.0");
    await symlink("/etc/passwd", at("utils_1.0.0", "b.py"));
    const reference = named("utils:1.0.0");
    const folder = at("utils_1.0.0");
    expect(await readBuild(cache, reference)).toEqual(
      fail({ reason: "cache-entry-damaged", reference, folder }),
    );
  });
});

describe("an image", () => {
  test("is a layer and metadata as aigg writes them", async () => {
    const written = await pull("org/pkg:1", "layer");
    expect(JSON.parse(await readFile(at("images", "org_pkg_1", "metadata.json"), "utf8"))).toEqual({
      ref: "org/pkg:1",
      created_at: "2026-03-01T10:00:00.000Z",
      size: 5,
    });
    expect(await findImage(cache, named("org/pkg:1"))).toEqual(written);
    expect(await readFile(at("images", "org_pkg_1", "layer.tar"), "utf8")).toBe("layer");
  });

  test("that fails to arrive leaves the one before, and nothing beside it", async () => {
    await pull("org/pkg:1", "layer");
    const failed = await writeImage(
      cache,
      named("org/pkg:1"),
      async (layer) => {
        await writeFile(layer, "half");
        return fail({ reason: "broken" });
      },
      time,
    );
    expect(failed).toEqual(fail({ reason: "broken" }));
    expect(await readFile(at("images", "org_pkg_1", "layer.tar"), "utf8")).toBe("layer");
    expect(await readdir(at("images"))).toEqual(["org_pkg_1"]);
  });

  test("of another reference in the same place is not replaced", async () => {
    await pull("org/pkg:1", "layer");
    expect(await pull("org_pkg:1", "other")).toMatchObject({
      failure: { reason: "cache-place-taken", takenBy: "org/pkg:1" },
    });
    expect(await readFile(at("images", "org_pkg_1", "layer.tar"), "utf8")).toBe("layer");
  });
});

test("what is listed says what its manifest says, in a build and in a layer", async () => {
  await build("utils:1.0.0");
  await writeImage(
    cache,
    named("org/pkg:1"),
    async (layer) => ok(await writeFile(layer, await writeLayer(utils))),
    time,
  );
  await pull("org/none:1", "no tar");
  const summary = { version: "1.0.0", language: "python", dependencies: 0 };
  expect((await listCache(cache)).map((one) => [one.reference, one.manifest])).toEqual([
    ["utils:1.0.0", summary],
    ["org/none:1", undefined],
    ["org/pkg:1", summary],
  ]);
});

test("the cache is listed by what its metadata says, without what broke off or is being built", async () => {
  expect(await listCache(cache)).toEqual([]);
  await build("utils:1.0.0");
  await pull("org/pkg:1", "layer");
  await mkdir(at("half_1.0.0"));
  await build("b:2");
  await mkdir(at("b_2.partial-1-x"));
  await writeFile(at("b_2.partial-1-x", ".aigogo-metadata.json"), `{"name":"b:2"}`);
  expect(
    (await listCache(cache)).map(({ kind, reference, time: when }) => [kind, reference, when]),
  ).toEqual([
    ["build", "b:2", time],
    ["build", "utils:1.0.0", time],
    ["image", "org/pkg:1", time],
  ]);
});
