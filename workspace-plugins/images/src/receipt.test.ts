import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { readImageReceipt } from "./receipt.ts";
import type { ImageReceipt } from "./receipt.ts";

const receipt: ImageReceipt = {
  schema: 1,
  reference: "slipway/agent:debian",
  imageId: digestOf("config"),
  manifestDigest: digestOf("manifest"),
  platform: { os: "linux", architecture: "amd64" },
  diffIds: [digestOf("layer")],
  below: ["examples/bases/debian/dist/image"],
  inputs: { definition: digestOf("definition") },
  agentVersion: "1.2.3",
};
const { agentVersion: _version, ...ofBase } = receipt;

async function read(text: string | undefined): Promise<ImageReceipt | undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-receipt-"));
  try {
    if (text !== undefined) await writeFile(path.join(folder, "receipt.json"), text);
    return await readImageReceipt(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("a receipt is read as it was written, with the version of an agent or without", async () => {
  expect(await read(JSON.stringify(receipt))).toEqual(receipt);
  expect(await read(JSON.stringify(ofBase))).toEqual(ofBase);
});

test.each<readonly [string, string | undefined]>([
  ["is not there", undefined],
  ["was cut short", JSON.stringify(receipt).slice(0, -1)],
  ["is of another schema", JSON.stringify({ ...receipt, schema: 2 })],
  ["names what is no digest", JSON.stringify({ ...receipt, imageId: "sha256:ABC" })],
  ["lacks a layer's digest", JSON.stringify({ ...receipt, diffIds: [null] })],
  ["has a key that nobody knows", JSON.stringify({ ...receipt, created: "today" })],
  ["is no object", "null"],
])("one that %s is none, so that the image is made again", async (_what, text) => {
  expect(await read(text)).toBeUndefined();
});
