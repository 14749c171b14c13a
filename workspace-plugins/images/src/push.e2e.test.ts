import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { openRegistry } from "@slipway/registry";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { digestOf, fail, ok, shortDigest } from "@slipway/signature";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openImagesRig, valueOf } from "../test/rig.ts";
import type { ImagesRig } from "../test/rig.ts";
import { blobFile } from "./layout.ts";
import { pushImage } from "./push.ts";
import type { ImageReceipt } from "./receipt.ts";

let server: RegistryRig;
let rig: ImagesRig;
const asked: string[] = [];
const registry = openRegistry({ counted: (question) => void asked.push(question) });

beforeAll(async () => {
  server = await startRegistryRig();
  rig = await openImagesRig();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** A layout in a folder of its own, to be pushed to `repository`. */
async function layOut(repository: string, text: string): Promise<ImageReceipt> {
  const laidOut = await rig.layOut(repository, {
    layers: [{ "etc/os": text }, { "bin/sh": text }],
  });
  return { ...valueOf(laidOut), reference: `${server.host}/${repository}:debian` };
}

function push(receipt: ImageReceipt) {
  const folder = receipt.reference.split("/").slice(1).join("/").replace(/:.*/, "");
  asked.length = 0;
  const image = { workspaceRoot: rig.root, folder, receipt, target: "rootfs:rootfs" };
  return pushImage(registry, image);
}

function outcome(state: "done" | "unchanged", cause: string, receipt: ImageReceipt) {
  const digest = shortDigest(receipt.manifestDigest);
  return ok({ state, cause, facts: { image: receipt.reference, digest } });
}

test("an image that the registry lacks is pushed, and its manifest has the digest of the receipt", async () => {
  const receipt = await layOut("one", "linux");
  expect(await push(receipt)).toEqual(outcome("done", "image-missing-in-registry", receipt));
  const api = `http://${server.host}/v2/one/manifests`;
  const headers = { accept: "application/vnd.oci.image.manifest.v1+json" };
  const byTag = await fetch(`${api}/debian`, { headers });
  expect(byTag.headers.get("docker-content-digest")).toBe(receipt.manifestDigest);
  expect(digestOf(await byTag.text())).toBe(receipt.manifestDigest);
});

test("one that it has costs one question", async () => {
  const receipt = await layOut("two", "linux");
  await push(receipt);
  expect(await push(receipt)).toEqual(outcome("unchanged", "image-in-registry", receipt));
  expect(asked).toEqual([`HEAD http://${server.host}/v2/two/manifests/debian`]);
});

test("another image under the same name takes its place, and what is there is not sent again", async () => {
  const before = await layOut("three", "linux");
  await push(before);
  const after = await rig.layOut("three", {
    layers: [{ "etc/os": "linux" }, { "bin/sh": "other" }],
  });
  const receipt = { ...valueOf(after), reference: before.reference };
  expect(await push(receipt)).toEqual(outcome("done", "image-missing-in-registry", receipt));
  // One layer and the config.
  expect(asked.filter((question) => question.startsWith("POST"))).toHaveLength(2);
  expect(await push(receipt)).toEqual(outcome("unchanged", "image-in-registry", receipt));
});

test.each(["diffIds", "imageId", "manifestDigest"] as const)(
  "a layout whose blob of %s is damaged or gone is not pushed at all",
  async (part) => {
    const repository = `damaged-${part.toLowerCase()}`;
    const receipt = await layOut(repository, "linux");
    const [digest] = [receipt[part]].flat();
    if (digest === undefined) throw new Error("no layer");
    const file = blobFile(path.join(rig.root, repository), digest);
    const damaged = fail({
      reason: "layout-damaged",
      digest,
      folder: repository,
      target: "rootfs:rootfs",
    });
    await writeFile(file, "other bytes");
    expect(await push(receipt)).toEqual(damaged);
    await rm(file);
    expect(await push(receipt)).toEqual(damaged);
    expect(asked).toEqual([`HEAD http://${server.host}/v2/${repository}/manifests/debian`]);
  },
);

test("a reference without a host is refused before anything is asked", async () => {
  const receipt = { ...(await layOut("four", "linux")), reference: "slipway/four:debian" };
  const text = receipt.reference;
  expect(await push(receipt)).toEqual(
    fail({ reason: "reference-invalid", text, problem: "host-missing" }),
  );
  expect(asked).toEqual([]);
});
