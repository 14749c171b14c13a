import { rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { openRegistry } from "@slipway/registry";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { digestOf, fail, ok, shortDigest } from "@slipway/signature";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { openImagesRig, valueOf } from "../test/rig.ts";
import type { ImagesRig } from "../test/rig.ts";
import { blobFile } from "./layout.ts";
import { openPublished } from "./matrix/published.ts";
import { pushImage } from "./push.ts";
import type { ImageReceipt } from "./receipt.ts";

const Listed = z.object({
  digest: z.string(),
  size: z.int(),
  platform: z.object({ os: z.string(), architecture: z.string() }),
});

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

test("images of several processors are under one name, whichever comes first, and each is renewed alone", async () => {
  const of = async (architecture: string, text: string): Promise<ImageReceipt> => {
    const laidOut = await rig.layOut(`many-${architecture}`, {
      architecture,
      layers: [{ "etc/os": text }],
    });
    return { ...valueOf(laidOut), reference: `${server.host}/many:debian` };
  };
  const pushOf = (architecture: string, receipt: ImageReceipt) => {
    asked.length = 0;
    const folder = `many-${architecture}`;
    return pushImage(registry, { workspaceRoot: rig.root, folder, receipt, target: "t:image" });
  };
  const there = async () => {
    const response = await fetch(`http://${server.host}/v2/many/manifests/debian`, {
      headers: { accept: "application/vnd.oci.image.index.v1+json" },
    });
    expect(response.headers.get("content-type")).toBe("application/vnd.oci.image.index.v1+json");
    const index = z.object({ manifests: z.array(Listed) }).parse(await response.json());
    return index.manifests.map(({ platform, digest, size }) => [
      `${platform.os}/${platform.architecture}`,
      digest,
      size,
    ]);
  };
  const entry = async (architecture: string, { manifestDigest }: ImageReceipt) => {
    const file = blobFile(path.join(rig.root, `many-${architecture}`), manifestDigest);
    return [`linux/${architecture}`, manifestDigest, (await stat(file)).size];
  };
  const arm = await of("arm64", "linux");
  const amd = await of("amd64", "linux");
  expect(await pushOf("arm64", arm)).toEqual(outcome("done", "image-missing-in-registry", arm));
  expect(await pushOf("amd64", amd)).toEqual(outcome("done", "image-missing-in-registry", amd));
  const both = [await entry("amd64", amd), await entry("arm64", arm)];
  expect(await there()).toEqual(both);
  expect(await pushOf("arm64", arm)).toEqual(outcome("unchanged", "image-in-registry", arm));
  const name = `http://${server.host}/v2/many/manifests/debian`;
  expect(asked).toEqual([`HEAD ${name}`, `GET ${name}`]);
  expect(await there()).toEqual(both);

  const newer = await of("amd64", "newer");
  await pushOf("amd64", newer);
  expect(await there()).toEqual([await entry("amd64", newer), await entry("arm64", arm)]);

  const published = valueOf(openPublished(registry, server.host));
  const image = { image: { reference: "slipway/many:debian" }, reasons: [] };
  for (const [architecture, { imageId }] of [
    ["amd64", newer],
    ["arm64", arm],
  ] as const) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no more of it is asked for
    const source = { ...image, architecture } as unknown as Parameters<typeof published>[0];
    expect(await published(source)).toMatchObject({ state: "present", value: { imageId } });
  }
});

test("a reference without a host is refused before anything is asked", async () => {
  const receipt = { ...(await layOut("four", "linux")), reference: "slipway/four:debian" };
  const text = receipt.reference;
  expect(await push(receipt)).toEqual(
    fail({ reason: "reference-invalid", text, problem: "host-missing" }),
  );
  expect(asked).toEqual([]);
});
