import { appendFile, rm } from "node:fs/promises";
import path from "node:path";
import { digestOf, fail, hexOf, ok, shortDigest } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { describe, expect, it } from "vitest";
import { filesUnder, openImagesRig, reference, valueOf } from "../test/rig.ts";
import type { ImagesRig } from "../test/rig.ts";
import { unpackArchive } from "./archive.ts";
import type { EngineFailure } from "./engine-failure.ts";
import type { EngineImage } from "./engine-port.ts";
import { blobFile } from "./layout.ts";
import { loadImage } from "./load.ts";
import type { LoadPorts, StoredImage } from "./load.ts";
import { ownImages } from "./own-images.ts";

const lost: EngineFailure = { reason: "engine-lost", operation: "test", detail: "gone" };
const other = { id: digestOf("another image"), tags: [reference], labels: {} };

/** An agent of one layer on a base of two. */
async function storeImage(rig: ImagesRig): Promise<StoredImage> {
  const layers = [{ "etc/os": "linux" }, { "bin/sh": "#!" }];
  const below = { folder: "base", receipt: valueOf(await rig.layOut("base", { layers })) };
  const laidOut = await rig.layOut("agent", { layers: [{ "bin/agent": "run" }] }, below);
  const receipt = valueOf(laidOut);
  return { workspaceRoot: rig.root, folder: "agent", receipt, target: "agent:image" };
}

/** An engine with these images; it unpacks what it is to load to `loaded`, and notes what it is asked. */
function engineOf(images: readonly EngineImage[], rig: ImagesRig) {
  const asked: string[] = [];
  const ports: LoadPorts = {
    images: async () => {
      asked.push("images");
      return ok(images);
    },
    load: async (archive) => {
      asked.push("load");
      await unpackArchive(archive, path.join(rig.root, "loaded"));
      return ok(undefined);
    },
    tag: async (id: Digest, name: string) => {
      asked.push(`tag ${shortDigest(id)} ${name}`);
      return ok(undefined);
    },
  };
  return { ports, asked };
}

function factsOf(image: StoredImage) {
  return { image: reference, id: shortDigest(image.receipt.imageId) };
}

describe("loadImage", () => {
  it("asks once and does nothing where the engine has the image under its name", async () => {
    await using rig = await openImagesRig();
    const image = await storeImage(rig);
    const { imageId } = image.receipt;
    const { ports, asked } = engineOf(
      [{ id: imageId, tags: ["other:tag", reference], labels: {} }],
      rig,
    );
    expect(await loadImage(ports, image)).toEqual(
      ok({ state: "unchanged", cause: "image-in-engine", facts: factsOf(image) }),
    );
    expect(asked).toEqual(["images"]);
  });

  it("tags an image that has lost its name, also to another image", async () => {
    await using rig = await openImagesRig();
    const image = await storeImage(rig);
    const { imageId } = image.receipt;
    const { ports, asked } = engineOf([other, { id: imageId, tags: [], labels: {} }], rig);
    expect(await loadImage(ports, image)).toEqual(
      ok({ state: "done", cause: "image-untagged-in-engine", facts: factsOf(image) }),
    );
    expect(asked).toEqual(["images", `tag ${shortDigest(imageId)} ${reference}`]);
  });

  it("loads an image that is missing, whoever has its name", async () => {
    await using rig = await openImagesRig();
    const image = await storeImage(rig);
    const { ports, asked } = engineOf([other], rig);
    expect(await loadImage(ports, image)).toEqual(
      ok({ state: "done", cause: "image-missing-in-engine", facts: factsOf(image) }),
    );
    expect(asked).toEqual(["images", "load"]);
  });

  it("notes what came from here, and not what was there already", async () => {
    await using rig = await openImagesRig();
    const image = await storeImage(rig);
    const { imageId } = image.receipt;
    const there = { id: imageId, tags: [reference], labels: {} };
    await loadImage(engineOf([there], rig).ports, image);
    expect(await ownImages(rig.root)).toEqual([]);
    await loadImage(engineOf([], rig).ports, image);
    expect(await ownImages(rig.root)).toEqual([imageId]);
  });

  it("gives the engine config, all layers from whatever layout, and the name", async () => {
    await using rig = await openImagesRig();
    const image = await storeImage(rig);
    await loadImage(engineOf([], rig).ports, image);
    const { imageId, diffIds } = image.receipt;
    const loaded = await filesUnder(path.join(rig.root, "loaded"));
    const name = (digest: Digest): string => `blobs/sha256/${hexOf(digest)}`;
    const blobs = [imageId, ...diffIds];
    expect(Object.keys(loaded)).toEqual([...blobs.map(name), "manifest.json"].toSorted());
    expect(JSON.parse(loaded["manifest.json"] ?? "")).toEqual([
      { Config: name(imageId), RepoTags: [reference], Layers: diffIds.map(name) },
    ]);
    for (const digest of blobs) {
      expect(digestOf(Buffer.from(loaded[name(digest)] ?? "", "latin1"))).toBe(digest);
    }
  });

  it("gives no engine a layout with a blob that is damaged or gone, be it the base's", async () => {
    await using rig = await openImagesRig();
    const image = await storeImage(rig);
    const [below] = image.receipt.diffIds;
    if (below === undefined) throw new Error("no layer");
    const file = blobFile(path.join(rig.root, "base"), below);
    const damaged = fail({
      reason: "layout-damaged",
      digest: below,
      folder: "agent",
      target: "agent:image",
    });
    const { ports, asked } = engineOf([], rig);
    await appendFile(file, "x");
    expect(await loadImage(ports, image)).toEqual(damaged);
    await rm(file);
    expect(await loadImage(ports, image)).toEqual(damaged);
    expect(asked).toEqual(["images", "images"]);
  });

  it("hands on what the engine fails with, whatever it was asked", async () => {
    await using rig = await openImagesRig();
    const image = await storeImage(rig);
    const untagged = [{ id: image.receipt.imageId, tags: [], labels: {} }];
    const failing = async () => fail(lost);
    expect(await loadImage({ ...engineOf([], rig).ports, images: failing }, image)).toEqual(
      fail(lost),
    );
    expect(await loadImage({ ...engineOf(untagged, rig).ports, tag: failing }, image)).toEqual(
      fail(lost),
    );
    expect(await loadImage({ ...engineOf([], rig).ports, load: failing }, image)).toEqual(
      fail(lost),
    );
  });
});
