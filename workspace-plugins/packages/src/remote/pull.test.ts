import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { mediaTypes, openRegistry, parseReference } from "@slipway/registry";
import type { Registry } from "@slipway/registry";
import { digestOf } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cacheIn } from "../cache/cache.ts";
import { fetchPackage } from "../fetch.ts";
import { writeImageManifest } from "../image-manifest.ts";
import { layerLimits } from "../layer-limits.ts";
import { pullPackage } from "./pull.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-pull-"));
});
afterEach(async () => rm(home, { recursive: true }));

/** Of a package with one layer that is said to be too large. */
function oversized(): Registry {
  const sizeBytes = layerLimits.compressedBytes + 1;
  const bytes = writeImageManifest({ digest: digestOf("layer"), sizeBytes });
  return {
    ...openRegistry(),
    getManifest: async () => ({
      state: "present",
      value: { digest: digestOf(bytes), mediaType: mediaTypes.dockerManifest, bytes },
    }),
    readBlob: () => {
      throw new Error("a blob was asked for");
    },
  };
}

test("a layer that says to be larger than any package is not asked for", async () => {
  const registry = oversized();
  const reference = "registry.example/a/b:1";
  const cache = cacheIn(home);
  const pulled = await pullPackage({
    reference,
    cache,
    registry,
    progress: () => {},
    now: new Date(),
  });
  expect(pulled).toMatchObject({
    failure: { reason: "manifest-refused", problem: "layer-too-large" },
  });
  expect(await readdir(path.join(cache.folder, "images"))).toEqual([]);
  const asked = parseReference(reference);
  const fetched = asked.ok && (await fetchPackage(registry, asked.value, path.join(home, "x")));
  expect(fetched).toMatchObject({ state: "unusable", failure: { problem: "layer-too-large" } });
});
