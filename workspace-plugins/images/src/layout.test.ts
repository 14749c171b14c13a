import { readFile, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { digestOf, fail, hexOf, ok } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { describe, expect, it } from "vitest";
import { filesUnder, json, layerOf, openImagesRig, reference, valueOf } from "../test/rig.ts";
import { packMembers } from "./archive.ts";
import { blobFile, findBlob, isBlobWhole, layOutArchive } from "./layout.ts";
import type { ImageReceipt } from "./receipt.ts";

const noon = new Date(1_700_000_000_000);
const base = { layers: [{ "etc/os": "linux\n" }, { "bin/sh": "#!\n" }] };
const agent = { layers: [{ "bin/agent": "run\n" }] };

function blobName(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

describe("layOutArchive", () => {
  it("gives the same bytes for the same files, whenever and by whomever they were built", async () => {
    await using rig = await openImagesRig();
    const first = await rig.layOut("first", { ...base, made: noon, user: "ann" });
    const second = await rig.layOut("second", { ...base, made: new Date(0), user: "bob" });
    expect(second).toEqual(first);
    expect(await filesUnder(path.join(rig.root, "second"))).toEqual(
      await filesUnder(path.join(rig.root, "first")),
    );
  });

  it("gives another image for another file", async () => {
    await using rig = await openImagesRig();
    const one = valueOf(await rig.layOut("one", agent));
    const other = valueOf(await rig.layOut("other", { layers: [{ "bin/agent": "walk\n" }] }));
    expect(other.imageId).not.toBe(one.imageId);
  });

  it("writes a config without clocks, host names and what is empty", async () => {
    await using rig = await openImagesRig();
    const { imageId, diffIds } = valueOf(await rig.layOut("a", agent));
    expect(JSON.parse(await readFile(blobFile(path.join(rig.root, "a"), imageId), "utf8"))).toEqual(
      {
        created: "1970-01-01T00:00:00Z",
        architecture: "amd64",
        os: "linux",
        config: { Cmd: ["sh"], Env: ["A=1"] },
        rootfs: { type: "layers", diff_ids: diffIds },
        history: [{ created: "1970-01-01T00:00:00Z", created_by: "COPY layer-0.tar" }],
      },
    );
  });

  it("leaves what a base has to the base's layout, and says in the receipt where that is", async () => {
    await using rig = await openImagesRig();
    const below = { folder: "base", receipt: valueOf(await rig.layOut("base", base)) };
    const receipt = valueOf(await rig.layOut("agent", agent, below));
    const [first, second, own] = receipt.diffIds;
    expect([first, second]).toEqual(below.receipt.diffIds);
    expect(receipt).toEqual({
      schema: 1,
      reference,
      imageId: receipt.imageId,
      manifestDigest: receipt.manifestDigest,
      platform: { os: "linux", architecture: "amd64" },
      diffIds: [first, second, own],
      below: ["base"],
      inputs: { made: "by hand" },
    });
    const files = await filesUnder(path.join(rig.root, "agent"));
    const blobs = [receipt.imageId, receipt.manifestDigest, own].flatMap((digest) =>
      digest === undefined ? [] : [blobName(digest)],
    );
    expect(Object.keys(files)).toEqual(
      [...blobs, "index.json", "oci-layout", "receipt.json", "sbom.cdx.json"].toSorted(),
    );
    expect(JSON.parse(files["receipt.json"] ?? "")).toEqual(receipt);
  });

  it("writes index and manifest with the sizes of all layers, those below too", async () => {
    await using rig = await openImagesRig();
    const below = { folder: "base", receipt: valueOf(await rig.layOut("base", base)) };
    const { imageId, manifestDigest, diffIds } = valueOf(await rig.layOut("agent", agent, below));
    const files = await filesUnder(path.join(rig.root, "agent"));
    const manifest = files[blobName(manifestDigest)] ?? "";
    const layer = { mediaType: "application/vnd.oci.image.layer.v1.tar", size: 2048 };
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    expect(JSON.parse(manifest)).toEqual({
      schemaVersion: 2,
      mediaType,
      config: {
        mediaType: "application/vnd.oci.image.config.v1+json",
        digest: imageId,
        size: files[blobName(imageId)]?.length,
      },
      layers: diffIds.map((digest) => ({ ...layer, digest })),
      annotations: { "dev.slipway.ingredients": '{"made":"by hand"}' },
    });
    expect(JSON.parse(files["index.json"] ?? "")).toEqual({
      schemaVersion: 2,
      manifests: [
        {
          mediaType,
          digest: manifestDigest,
          size: manifest.length,
          platform: { os: "linux", architecture: "amd64" },
          annotations: { "org.opencontainers.image.ref.name": reference },
        },
      ],
    });
  });

  it("asks for the archive once, and again only for a layer that has the size of one below", async () => {
    await using rig = await openImagesRig();
    const large = (letter: string) => ({ layers: [{ "bin/agent": letter.repeat(2 ** 20) }] });
    const below = { folder: "base", receipt: valueOf(await rig.layOut("base", large("a"))) };
    const before = rig.saves();
    valueOf(await rig.layOut("small", agent, below));
    expect(rig.saves() - before).toBe(1);
    const alike = valueOf(await rig.layOut("alike", large("b"), below));
    expect(rig.saves() - before).toBe(3);
    const alone = valueOf(await rig.layOut("alone", large("b")));
    expect(alike.diffIds).toEqual([...below.receipt.diffIds, ...alone.diffIds]);
  });

  it("leaves the layers of a pulled image byte by byte, and normalises what was built on them", async () => {
    await using rig = await openImagesRig();
    const [theirs, ours] = [
      await layerOf({ "etc/os": "linux\n" }, noon, "them"),
      await layerOf({ "bin/agent": "run\n" }, noon, "us"),
    ];
    const pulled = [digestOf(theirs)];
    const archive = packMembers([
      { name: "0.tar", bytes: theirs },
      { name: "1.tar", bytes: ours },
      {
        name: "config.json",
        bytes: json({
          architecture: "amd64",
          os: "linux",
          rootfs: { type: "layers", diff_ids: [...pulled, digestOf(ours)] },
        }),
      },
      {
        name: "manifest.json",
        bytes: json([{ Config: "config.json", Layers: ["0.tar", "1.tar"] }]),
      },
    ]);
    const folder = path.join(rig.root, "on-theirs");
    const request = { workspaceRoot: rig.root, folder, reference, below: undefined, inputs: {} };
    const { diffIds } = valueOf(
      await layOutArchive({ ...request, pulled }, async () => ok(archive)),
    );
    expect(diffIds.slice(0, 1)).toEqual(pulled);
    expect(await readFile(blobFile(folder, digestOf(theirs)))).toEqual(theirs);
    const alone = valueOf(await rig.layOut("ours", agent));
    expect(diffIds.slice(1)).toEqual(alone.diffIds);
    expect(diffIds).not.toContain(digestOf(ours));
  });

  it("names the first layer that is not the base's", async () => {
    const [first, second, strange] = [digestOf("1"), digestOf("2"), digestOf("strange")];
    expect(await layOutOn([strange, second], [first, second])).toEqual(
      fail({ reason: "base-changed", reference, expected: strange, found: first }),
    );
    expect(await layOutOn([first, second, strange], [first, second])).toEqual(
      fail({ reason: "base-changed", reference, expected: strange, found: "no layer" }),
    );
  });
});

/** Lays out an image of the layers `found` on a base that had the layers `expected`. */
async function layOutOn(expected: readonly Digest[], found: readonly Digest[]) {
  await using rig = await openImagesRig();
  const config = { architecture: "amd64", os: "linux" };
  const rootfs = { type: "layers", diff_ids: found };
  const archive = packMembers([
    { name: "config.json", bytes: json({ ...config, rootfs }) },
    { name: "manifest.json", bytes: json([{ Config: "config.json", Layers: found }]) },
  ]);
  const receipt: ImageReceipt = {
    schema: 1,
    reference: "slipway/base:test",
    imageId: digestOf("config"),
    manifestDigest: digestOf("manifest"),
    platform: { os: "linux", architecture: "amd64" },
    diffIds: [...expected],
    below: [],
    inputs: {},
  };
  const request = { workspaceRoot: rig.root, folder: path.join(rig.root, "layout"), reference };
  const below = { folder: "base", receipt };
  return await layOutArchive({ ...request, below, inputs: {} }, async () => ok(archive));
}

describe("layOutArchive, of an archive that is not whole,", () => {
  async function layOutThis(archive: Readable) {
    await using rig = await openImagesRig();
    const folder = path.join(rig.root, "layout");
    const request = { workspaceRoot: rig.root, folder, reference, below: undefined, inputs: {} };
    return await layOutArchive(request, async () => ok(archive));
  }

  async function* brokenBy(error: Error) {
    yield (await buffer(packMembers([{ name: "a", bytes: Buffer.alloc(9000) }]))).subarray(0, 5000);
    throw error;
  }

  it("says that the engine is lost when the archive breaks off", async () => {
    expect(await layOutThis(Readable.from(brokenBy(new Error("socket hang up"))))).toEqual(
      fail({ reason: "engine-lost", operation: "save", detail: "socket hang up" }),
    );
  });

  it("says that it was stopped when a signal broke it off", async () => {
    const stopped = new DOMException("stopped", "AbortError");
    expect(await layOutThis(Readable.from(brokenBy(stopped)))).toEqual(
      fail({ reason: "engine-interrupted", operation: "save" }),
    );
  });

  it("shows what is not understood", async () => {
    const operation = "save";
    const other = { name: "other.json", bytes: json({}) };
    const manifest = {
      name: "manifest.json",
      bytes: json([{ Config: "config.json", Layers: [] }]),
    };
    const config = { name: "config.json", bytes: Buffer.from("[") };
    expect(await layOutThis(packMembers([other]))).toEqual(
      fail({
        reason: "engine-unclear",
        operation,
        detail: "manifest.json: ✖ Invalid input: expected tuple, received undefined",
      }),
    );
    expect(await layOutThis(packMembers([manifest, config]))).toEqual(
      fail({
        reason: "engine-unclear",
        operation,
        detail: "config.json: ✖ Invalid input: expected object, received undefined",
      }),
    );
  });
});

describe("findBlob", () => {
  it("finds a blob in the nearest layout that has it, and none elsewhere", async () => {
    await using rig = await openImagesRig();
    const { imageId } = valueOf(await rig.layOut("below", agent));
    await rig.layOut("own", agent);
    const [below, own] = ["below", "own"].map((folder) => path.join(rig.root, folder));
    const { length } = await readFile(blobFile(own ?? "", imageId));
    expect(await findBlob(imageId, [below ?? "", own ?? ""])).toEqual({
      file: blobFile(own ?? "", imageId),
      sizeBytes: length,
    });
    expect(await findBlob(digestOf("no blob"), [below ?? "", own ?? ""])).toBeUndefined();
  });
});

describe("isBlobWhole", () => {
  it("sees a blob that was cut short, and one with other bytes of the same size", async () => {
    await using rig = await openImagesRig();
    const digest = digestOf("content");
    const file = path.join(rig.root, "blob");
    await writeFile(file, "content");
    expect(await isBlobWhole(file, digest)).toBe(true);
    await writeFile(file, "Content");
    expect(await isBlobWhole(file, digest)).toBe(false);
    await writeFile(file, "content");
    await truncate(file, 3);
    expect(await isBlobWhole(file, digest)).toBe(false);
  });
});
