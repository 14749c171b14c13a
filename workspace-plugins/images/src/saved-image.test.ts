import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { digestOf } from "@slipway/signature";
import { pack as openPack } from "tar-stream";
import { afterEach, beforeEach, expect, it } from "vitest";
import { json, valueOf } from "../test/rig.ts";
import { packMembers } from "./archive.ts";
import { normaliseLayer } from "./layers/normalise-layer.ts";
import { readSaved } from "./saved-image.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-saved-"));
});
afterEach(async () => rm(folder, { recursive: true }));

async function layer(...names: readonly string[]): Promise<Buffer> {
  const pack = openPack();
  for (const name of names) pack.entry({ name }, name.repeat(2 ** 20));
  pack.finalize();
  return buffer(Readable.from(pack));
}

/** As engines write it: a layer that is there twice is a link the second time. */
function archiveOf(lower: Buffer, upper: Buffer): Readable {
  const config = {
    architecture: "amd64",
    os: "linux",
    rootfs: { type: "layers", diff_ids: [lower, upper, upper].map(digestOf) },
  };
  const Layers = ["lower/layer.tar", "upper/layer.tar", "again/layer.tar"];
  return packMembers([
    { name: "again/layer.tar", linkTarget: "../upper/layer.tar" },
    { name: "lower/layer.tar", bytes: lower },
    { name: "config.json", bytes: json(config) },
    { name: "upper/layer.tar", bytes: upper },
    { name: "manifest.json", bytes: json([{ Config: "config.json", Layers }]) },
  ]);
}

it.each([
  ["sorted", ["a", "bc"]],
  ["not sorted", ["bc", "a"]],
])(
  "passes over what has an unwanted size, and gives a layer that comes %s as one that is read from a file",
  async (_how, names) => {
    const [lower, upper] = [await layer("base"), await layer(...names)];
    const unwantedSizes = new Set([lower.byteLength]);
    const request = { folder: path.join(folder, "saved"), unwantedSizes, isRaw: false };
    const { layers } = valueOf(await readSaved(archiveOf(lower, upper), request));
    const [below, own, again] = layers;
    expect(below).toEqual({ state: "passed-over" });
    expect(again).toEqual(own);
    if (own?.state !== "normalised") throw new Error("not normalised");
    await writeFile(path.join(folder, "in"), await layer("a", "bc"));
    const blob = await normaliseLayer(path.join(folder, "in"), path.join(folder, "out"));
    expect(own.blob).toEqual(blob);
    expect(digestOf(await readFile(own.file))).toBe(valueOf(own.blob).digest);
  },
);

it("leaves layers that somebody else made as they are", async () => {
  const [lower, upper] = [await layer("base"), await layer("b", "a")];
  const request = { folder, unwantedSizes: new Set<number>(), isRaw: true };
  const { layers } = valueOf(await readSaved(archiveOf(lower, upper), request));
  const files = layers.map((one) => (one.state === "raw" ? one.file : ""));
  const digests = files.map(async (file) => digestOf(await readFile(file)));
  expect(await Promise.all(digests)).toEqual([lower, upper, upper].map(digestOf));
});

it("tells of a layer what is wrong with it", async () => {
  const half = (await layer("a")).subarray(0, 2 ** 20);
  const request = { folder, unwantedSizes: new Set<number>(), isRaw: false };
  const { layers } = valueOf(await readSaved(archiveOf(await layer("base"), half), request));
  expect(layers[1]).toMatchObject({
    state: "normalised",
    blob: { ok: false, failure: { reason: "layer-unclear", offset: 512 } },
  });
});
