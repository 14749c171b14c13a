import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { digestOf, ok } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { describe, expect, it } from "vitest";
import { filesUnder, json, layerOf, openImagesRig, reference, valueOf } from "../../test/rig.ts";
import { writeStore } from "../../test/stored-rig.ts";
import type { Store } from "../../test/stored-rig.ts";
import { packMembers } from "../archive.ts";
import { layOutArchive } from "../layout.ts";
import type { LayoutRequest } from "../layout.ts";
import { findStoredImage } from "./stored-image.ts";

const { signal } = new AbortController();
const noon = new Date(1_700_000_000_000);
const [base, agent, large] = await Promise.all([
  layerOf({ "etc/os": "linux\n", "bin/sh": "#!\n" }, noon, "them"),
  layerOf({ "bin/agent": "run\n" }, noon, "ann"),
  layerOf({ "lib/z": "z".repeat(2 ** 20), "lib/a": "a" }, noon, "ann"),
]);

/** As an engine saves what the store has. */
function savedFrom(layers: readonly Buffer[]) {
  const config = {
    architecture: "amd64",
    os: "linux",
    rootfs: { type: "layers", diff_ids: layers.map((layer) => digestOf(layer)) },
  };
  const files = layers.map((bytes, at) => ({ name: `${at}.tar`, bytes }));
  const manifest = [{ Config: "config.json", Layers: files.map(({ name }) => name) }];
  return packMembers([
    ...files,
    { name: "config.json", bytes: json(config) },
    { name: "manifest.json", bytes: json(manifest) },
  ]);
}

/** Lays an image out in the folder `layout` of a rig, and says how often it had to be saved. */
async function layOut(
  layers: readonly Buffer[],
  more: (rig: string) => Promise<Partial<LayoutRequest>>,
  find: (store: Store, root: string) => ReturnType<typeof findStoredImage>,
) {
  await using rig = await openImagesRig();
  const store = await writeStore(path.join(rig.root, "store"), layers);
  const folder = path.join(rig.root, "layout");
  const request = { workspaceRoot: rig.root, folder, reference, below: undefined, inputs: {} };
  let saves = 0;
  const save = async () => {
    saves += 1;
    return ok(savedFrom(layers));
  };
  const receipt = await layOutArchive({ ...request, ...(await more(rig.root)) }, save, async () =>
    find(store, path.join(rig.root, "store")),
  );
  return { receipt, files: await filesUnder(folder), saves };
}

describe("an image that is read from the disk of its engine", () => {
  it.each<[string, (root: string) => Promise<Partial<LayoutRequest>>]>([
    ["of its own", async () => ({})],
    ["on a base of ours", async (root) => ({ below: await layOutBase(root) })],
    ["on a pulled one", async () => ({ pulled: [digestOf(base)] })],
  ])("%s is laid out byte by byte as if it had been saved", async (_, more) => {
    const layers = [await lowerOf(more), agent, large, large, Buffer.alloc(1024)];
    const saved = await layOut(layers, more, async () => undefined);
    const read = await layOut(layers, more, ({ id }, root) => findStoredImage(root, id, signal));
    expect(read).toEqual({ ...saved, saves: 0 });
    expect(valueOf(read.receipt).diffIds).toHaveLength(5);
  });

  it("is saved after all where a layer of its own is not as it was", async () => {
    const none = async () => ({});
    const saved = await layOut([base, agent], none, async () => undefined);
    const damaged = await layOut([base, agent], none, async ({ id, places }, root) => {
      await writeFile(path.join(places[1]?.files ?? "", "bin/agent"), "RUN\n");
      return findStoredImage(root, id, signal);
    });
    expect(damaged).toEqual({ ...saved, saves: 1 });
  });

  it("needs no layer of the base that is here", async () => {
    const more = async (root: string) => ({ below: await layOutBase(root) });
    const read = await layOut([await lowerOf(more), agent], more, async (store, root) => {
      await rm(store.places[0]?.files ?? "", { recursive: true });
      return findStoredImage(root, store.id, signal);
    });
    expect(read.saves).toBe(0);
  });

  it("is refused where it stands on another base than it was to", async () => {
    const found = await layOut(
      [agent],
      async (root) => ({ below: await layOutBase(root) }),
      async ({ id }, root) => findStoredImage(root, id, signal),
    );
    expect(found.receipt).toMatchObject({ ok: false, failure: { reason: "base-changed" } });
    expect(found.saves).toBe(0);
  });
});

async function layOutBase(root: string) {
  const request = { workspaceRoot: root, folder: path.join(root, "base"), reference, inputs: {} };
  const laidOut = await layOutArchive({ ...request, below: undefined }, async () =>
    ok(savedFrom([base])),
  );
  return { folder: "base", receipt: valueOf(laidOut) };
}

/** The lowest layer as the engine has it: of a base of ours, the normalised one. */
async function lowerOf(more: (root: string) => Promise<Partial<LayoutRequest>>): Promise<Buffer> {
  await using rig = await openImagesRig();
  const { below } = await more(rig.root);
  const [diffId] = below?.receipt.diffIds ?? [];
  const files = await filesUnder(path.join(rig.root, "base")).catch(() => ({}));
  return diffId === undefined ? base : blobOf(files, diffId);
}

function blobOf(files: Readonly<Record<string, string>>, digest: Digest): Buffer {
  return Buffer.from(files[`blobs/${digest.replace(":", "/")}`] ?? "", "latin1");
}
