import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf } from "@slipway/signature";
import { afterEach, beforeEach, expect, it } from "vitest";
import { layerOf } from "../../test/rig.ts";
import { writeStore } from "../../test/stored-rig.ts";
import { openStore } from "./open-store.ts";

const { signal } = new AbortController();

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-store-"));
});
afterEach(async () => rm(root, { recursive: true }));

/** Looks twice for an image that is there, and says how often it was found and what was asked. */
async function look(info: unknown, isReadable = true) {
  const { id } = await writeStore(root, [await layerOf({ a: "a" }, new Date(0), "ann")]);
  const counted: string[] = [];
  const find = openStore({
    isReadable,
    askInfo: async () => {
      counted.push("info");
      return info;
    },
    counted: (question) => counted.push(question),
  });
  const found = [await find(id, signal), await find(id, signal)].filter(Boolean).length;
  const other = await find(digestOf("other"), signal);
  return { found, counted, hasOther: other !== undefined };
}

it("asks the engine once where its images are, and counts those that it finds", async () => {
  expect(await look({ Driver: "overlay2", DockerRootDir: root, Name: "host" })).toEqual({
    found: 2,
    counted: ["info", "read image", "read image"],
    hasOther: false,
  });
});

it.each([
  ["keeps images in another way", () => ({ Driver: "overlayfs", DockerRootDir: root })],
  ["names a folder that is not here", () => ({ Driver: "overlay2", DockerRootDir: "/not/here" })],
  ["says nothing", () => undefined],
])("finds none where the engine %s", async (_, info) => {
  expect(await look(info())).toEqual({ found: 0, counted: ["info"], hasOther: false });
});

it("asks nothing where the disk of the engine cannot be read", async () => {
  const info = { Driver: "overlay2", DockerRootDir: root };
  expect(await look(info, false)).toEqual({ found: 0, counted: [], hasOther: false });
});
