import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fail, ok } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isPackagePath } from "../package-path.ts";
import { writeBuild } from "./build.ts";
import { cacheIn, parseCacheReference } from "./cache.ts";
import type { CacheReference } from "./cache.ts";
import { writeImage } from "./image.ts";
import { removeCached } from "./remove.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-remove-"));
  const manifest = "aigogo.json";
  if (!isPackagePath(manifest)) throw new Error(manifest);
  const files = [{ path: manifest, bytes: Buffer.from("{}") }];
  const time = new Date(0);
  await writeBuild(cacheIn(home), named("org/pkg:1"), files, time);
  const writeLayer = async (layer: string) => ok(await writeFile(layer, "layer"));
  await writeImage(cacheIn(home), named("org/pkg:1"), writeLayer, time);
});
afterEach(async () => rm(home, { recursive: true, force: true }));

const remove = async (text: string) => removeCached(cacheIn(home), named(text));
const left = async (...names: readonly string[]) =>
  (await readdir(path.join(home, ".aigogo", "cache", ...names))).toSorted();

function named(text: string): CacheReference {
  const reference = parseCacheReference(text);
  if (!reference.ok) throw new Error(text);
  return reference.value;
}

test("a reference goes with its build and its image", async () => {
  expect(await remove("org/pkg:1")).toMatchObject({ value: { state: "done" } });
  expect([await left(), await left("images")]).toEqual([["images"], []]);
  expect(await remove("org/pkg:1")).toEqual(
    fail({ reason: "cache-entry-missing", reference: "org/pkg:1" }),
  );
});

test("another that has the same place goes not", async () => {
  expect(await remove("org_pkg:1")).toMatchObject({
    failure: { reason: "cache-place-taken", takenBy: "org/pkg:1" },
  });
  expect(await left()).toEqual(["images", "org_pkg_1"]);
});

test("what broke off goes by the name of its place", async () => {
  await mkdir(path.join(home, ".aigogo", "cache", "half_1.0.0"));
  expect(await remove("half:1.0.0")).toMatchObject({ ok: true });
  expect(await left()).toEqual(["images", "org_pkg_1"]);
});
