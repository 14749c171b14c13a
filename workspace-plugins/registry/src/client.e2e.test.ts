import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { digestOf } from "@slipway/signature";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRegistry } from "./client.ts";
import { mediaTypes } from "./manifest.ts";
import { parseReference } from "./reference.ts";
import type { Reference } from "./reference.ts";
import { startRegistryRig } from "./server/rig.ts";
import type { RegistryRig } from "./server/rig.ts";

let rig: RegistryRig;
const asked: string[] = [];
const registry = openRegistry({ counted: (question) => void asked.push(question) });

beforeAll(async () => {
  rig = await startRegistryRig();
});
afterAll(async () => rig[Symbol.asyncDispose]());

function reference(text: string): Reference {
  const parsed = parseReference(`${rig.host}/${text}`);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
}

const layer = Buffer.alloc(300_000, "slipway");
const config = Buffer.from("{}");

function manifestOf(mediaType: string): Buffer<ArrayBuffer> {
  const descriptor = (media: string, bytes: Buffer) => {
    return { mediaType: media, digest: digestOf(bytes), size: bytes.byteLength };
  };
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: descriptor("application/vnd.docker.container.image.v1+json", config),
      layers: [descriptor("application/vnd.docker.image.rootfs.diff.tar", layer)],
    }),
  );
}

test("a repository that nobody wrote to is missing, not unknown", async () => {
  const nothing = reference("none/such:1");
  const missing = { state: "missing" };
  expect(await registry.headManifest(nothing)).toEqual(missing);
  expect(await registry.getManifest(nothing)).toEqual(missing);
  expect(await registry.listTags(nothing)).toEqual(missing);
  expect(await registry.headBlob(nothing, digestOf("x"))).toEqual(missing);
});

test("what was uploaded is read back byte for byte, and is not uploaded twice", async () => {
  const name = reference("a/b:1");
  const digest = digestOf(layer);
  const upload = () => registry.uploadBlob(name, digest, new Blob([layer]));
  expect(await upload()).toEqual({ ok: true, value: "uploaded" });
  asked.length = 0;
  expect(await upload()).toEqual({ ok: true, value: "present" });
  expect(asked).toEqual([`HEAD http://${rig.host}/v2/a/b/blobs/${digest}`]);
  const sizeBytes = layer.byteLength;
  expect(await registry.headBlob(name, digest)).toEqual({ state: "present", value: { sizeBytes } });
  const back = await registry.readBlob(name, { digest, sizeBytes }, async (chunks) =>
    buffer(chunks),
  );
  expect(back.state === "present" && layer.equals(back.value)).toBe(true);
});

test.for([mediaTypes.dockerManifest, mediaTypes.ociManifest])(
  "a manifest of type %s comes back under its tag and its digest",
  async (mediaType) => {
    const name = reference("a/c:1.0");
    for (const blob of [config, layer]) {
      await registry.uploadBlob(name, digestOf(blob), new Blob([blob]));
    }
    const bytes = manifestOf(mediaType);
    const digest = digestOf(bytes);
    expect(await registry.putManifest(name, { mediaType, bytes })).toEqual({
      ok: true,
      value: digest,
    });
    const value = { digest, mediaType, bytes };
    expect(await registry.getManifest(name)).toEqual({ state: "present", value });
    expect(await registry.getManifest({ ...name, digest })).toEqual({ state: "present", value });
    expect(await registry.headManifest(name)).toEqual({ state: "present", value: { digest } });
    expect(await registry.listTags(name)).toEqual({ state: "present", value: ["1.0"] });
  },
);

test("a manifest of blobs that are not there is refused with the registry's code", async () => {
  const bytes = manifestOf(mediaTypes.dockerManifest);
  const put = await registry.putManifest(reference("a/empty:1"), {
    mediaType: mediaTypes.dockerManifest,
    bytes,
  });
  expect(put).toMatchObject({
    failure: { reason: "registry-refused", status: 400, retryable: false },
  });
  expect(JSON.stringify(put)).toContain("MANIFEST_BLOB_UNKNOWN");
});

test("an upload under a wrong digest is refused", async () => {
  const sent = await registry.uploadBlob(reference("a/d:1"), digestOf("other"), new Blob([layer]));
  expect(sent).toMatchObject({ failure: { status: 400, codes: ["DIGEST_INVALID"] } });
});

test("an upload in one piece takes no memory of the size of the blob", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-upload-"));
  const large = Buffer.alloc(300 * 1024 ** 2);
  const file = path.join(folder, "large");
  await writeFile(file, large);
  const script = path.join(import.meta.dirname, "../test/upload-once.ts");
  const words = [script, rig.host, file, digestOf(large)];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  await rm(folder, { recursive: true });
  expect(Number(stdout)).toBeLessThan(large.byteLength);
});
