import { execFileSync } from "node:child_process";
import {
  appendFile,
  chmod,
  chown,
  link,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf } from "@slipway/signature";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { layerOf } from "../../test/rig.ts";
import { tarSplitOf, writeRecord, writeStore } from "../../test/stored-rig.ts";
import type { Store } from "../../test/stored-rig.ts";
import { chainIdsOf } from "./chain-id.ts";
import { readStored } from "./read-stored.ts";
import { findStoredImage } from "./stored-image.ts";

const { signal } = new AbortController();
const noon = new Date(1_700_000_000_000);

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-stored-"));
  root = path.join(folder, "root");
  await mkdir(root);
});
afterEach(async () => rm(folder, { recursive: true }));

/** By GNU tar, of files that it finds. */
async function oddLayer(): Promise<Buffer> {
  const files = path.join(folder, "odd");
  await mkdir(path.join(files, "d".repeat(90), "ü".repeat(90)), { recursive: true });
  const place = (name: string): string => path.join(files, name);
  await writeFile(place(path.join("d".repeat(90), "ü".repeat(90), "long")), "long");
  await writeFile(
    Buffer.concat([Buffer.from(`${files}/`), Buffer.from([0x6e, 0xff, 0xfe])]),
    "no UTF-8",
  );
  await writeFile(place("<&>\n\u2028"), "escaped in JSON");
  await writeFile(place("first"), "1".repeat(2 ** 20 + 1));
  await link(place("first"), place("second"));
  await symlink("/etc/passwd", place("link"));
  await symlink("d".repeat(90), place("link-to-folder"));
  await writeFile(place(".wh.gone"), "");
  await writeFile(place("empty"), "");
  await writeFile(place("set-user-id"), "run");
  await chmod(place("set-user-id"), 0o4750);
  await writeFile(place("sparse"), "start");
  await truncate(place("sparse"), 3_000_000);
  execFileSync("mkfifo", [place("pipe")]);
  return execFileSync("tar", ["--create", "--format=gnu", "--directory", files, "."], {
    maxBuffer: 2 ** 24,
  });
}

async function layersIn({ id }: Store): Promise<readonly Buffer[]> {
  const image = await findStoredImage(root, id, signal);
  const read: Buffer[] = [];
  for (const layer of image?.layers ?? []) {
    const pieces: Buffer[] = [];
    for await (const piece of (await layer.open()).content) pieces.push(Buffer.from(piece));
    read.push(Buffer.concat(pieces));
  }
  return read;
}

it("puts layers together byte for byte, whatever is in them", async () => {
  const nothing = Buffer.alloc(1024);
  const layers = [await layerOf({ "etc/os": "linux\n" }, noon, "ann"), await oddLayer(), nothing];
  expect((await layersIn(await writeStore(root, layers))).map((one) => digestOf(one))).toEqual(
    layers.map((one) => digestOf(one)),
  );
});

it("says how long a layer is before it is read", async () => {
  const layer = await oddLayer();
  const { id } = await writeStore(root, [layer]);
  const opened = await (await findStoredImage(root, id, signal))?.layers[0]?.open();
  expect(opened?.sizeBytes).toBe(layer.length);
});

describe("is not there for us where", () => {
  /** A layer of two files, `bin/agent` and `etc/os`, that something is done to. */
  async function afterwards(change: (store: Store, place: StorePlace) => Promise<void>) {
    const layer = await layerOf({ "bin/agent": "run\n", "etc/os": "linux\n" }, noon, "ann");
    const store = await writeStore(root, [layer]);
    const [place] = store.places;
    if (place === undefined) throw new Error("no layer");
    await change(store, place);
    const image = await findStoredImage(root, store.id, signal);
    if (image === undefined) return "no image";
    const out = path.join(folder, "out");
    const read = await readStored(image, { folder: out, lower: ["keep"] });
    if (read === undefined) return "no layer";
    return readFile(path.join(out, "0.tar")).then((bytes) =>
      bytes.equals(layer) ? "as it was" : "another",
    );
  }

  type StorePlace = Store["places"][number];

  it("nothing is wrong, or so it is for these tests", async () => {
    expect(await afterwards(async () => {})).toBe("as it was");
  });

  it.each<[string, string, (store: Store, place: StorePlace) => Promise<void>]>([
    ["no image", "there is no config", async ({ configFile }) => rm(configFile)],
    [
      "no image",
      "the config is of another id",
      async ({ configFile }) => appendFile(configFile, " "),
    ],
    [
      "no image",
      "the config is a link, to the same bytes",
      async ({ configFile }) => moveAndLink(configFile),
    ],
    ["no image", "others may write to it", async () => chmod(root, 0o777)],
    ["no layer", "no record is there", async (_, place) => rm(place.record, { recursive: true })],
    [
      "no layer",
      "the record is no archive",
      async (_, { record }) => writeFile(path.join(record, "tar-split.json.gz"), "text"),
    ],
    [
      "no layer",
      "the record says what we do not know",
      async (_, { record }) => writeRecord(record, [{ type: 3 }]),
    ],
    [
      "no layer",
      "the folder of the layer is named by a path to the same",
      async (_, { record }) => writeFile(path.join(record, "cache-id"), "../overlay2/layer0"),
    ],
    [
      "no layer",
      "the folder of the layer is a link to the same",
      async (_, { files }) => moveAndLink(files),
    ],
    [
      "no layer",
      "a file has other content",
      async (_, { files }) => writeFile(path.join(files, "bin/agent"), "RUN\n"),
    ],
    [
      "no layer",
      "a file has more content",
      async (_, { files }) => writeFile(path.join(files, "bin/agent"), "run\nrun"),
    ],
    ["no layer", "a file is gone", async (_, { files }) => rm(path.join(files, "etc/os"))],
    [
      "no layer",
      "a file is a link, to the same bytes",
      async (_, { files }) => moveAndLink(path.join(files, "bin/agent")),
    ],
    [
      "no layer",
      "a folder is a link, to the same files",
      async (_, { files }) => moveAndLink(path.join(files, "bin")),
    ],
    [
      "no layer",
      "a file is a pipe that nobody writes to",
      async (_, { files }) => {
        await rm(path.join(files, "bin/agent"));
        execFileSync("mkfifo", [path.join(files, "bin/agent")]);
      },
    ],
    [
      "no layer",
      "a name leads out of the layer, to the same bytes",
      async (_, { files, record }) => {
        await rename(path.join(files, "bin/agent"), path.join(files, "../agent"));
        const lines = await tarSplitOf(path.join(root, "layer0.tar"));
        const named = JSON.stringify(lines).replace('"bin/agent"', '"bin/../../agent"');
        await writeRecord(record, JSON.parse(named) as unknown[]);
      },
    ],
  ])("%s: %s", async (found, _, change) => {
    expect(await afterwards(change)).toBe(found);
  });

  it.skipIf(process.getuid?.() !== 0)("no image: it is somebody else's", async () => {
    expect(await afterwards(async () => chown(root, 1, 0))).toBe("no image");
  });

  async function moveAndLink(place: string): Promise<void> {
    const elsewhere = path.join(folder, "elsewhere");
    await rename(place, elsewhere);
    await symlink(elsewhere, place);
  }
});

it("is stopped by its signal, as a save is", async () => {
  const { id } = await writeStore(root, [await layerOf({ a: "a" }, noon, "ann")]);
  const image = await findStoredImage(root, id, AbortSignal.abort());
  if (image === undefined) throw new Error("no image");
  expect(await readStored(image, { folder: path.join(folder, "out"), lower: [] })).toEqual({
    ok: false,
    failure: { reason: "engine-interrupted", operation: "save" },
  });
});

it("calls layers by those below them", () => {
  const [first, second] = [digestOf("1"), digestOf("2")];
  expect(chainIdsOf([first, second, first])).toEqual([
    first,
    digestOf(`${first} ${second}`),
    digestOf(`${digestOf(`${first} ${second}`)} ${first}`),
  ]);
});
