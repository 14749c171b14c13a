import { digestOf } from "@slipway/signature";
import { expect, test } from "vitest";
import { readImageManifest, writeImageManifest } from "./image-manifest.ts";

const layer = { digest: digestOf("layer"), sizeBytes: 5 };

test("the manifest has the bytes that aigg sends", () => {
  expect(writeImageManifest(layer).toString()).toBe(
    `{"config":{"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","mediaType":"application/vnd.docker.container.image.v1+json","size":2},"layers":[{"digest":"${layer.digest}","mediaType":"application/vnd.docker.image.rootfs.diff.tar","size":5}],"mediaType":"application/vnd.docker.distribution.manifest.v2+json","schemaVersion":2}`,
  );
});

test("the first layer is the package, and what has none is refused", () => {
  expect(readImageManifest(writeImageManifest(layer))).toEqual({ ok: true, value: layer });
  for (const text of [
    "",
    "[]",
    '{"layers":[]}',
    '{"layers":[{"digest":"sha256:../x","size":1}]}',
  ]) {
    expect(readImageManifest(Buffer.from(text)).ok).toBe(false);
  }
});
