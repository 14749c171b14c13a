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
  const manifest = readImageManifest(writeImageManifest(layer));
  expect(manifest).toEqual({ ok: true, value: { kind: "image", layer, isTar: true } });
  for (const text of [
    "",
    "[]",
    '{"layers":[]}',
    '{"manifests":[]}',
    '{"layers":[{"digest":"sha256:../x","size":1}]}',
    '{"manifests":[{"digest":"sha256:../x"}]}',
    JSON.stringify({ layers: [{ digest: layer.digest }] }),
    JSON.stringify({ layers: [{ digest: layer.digest, size: -1 }] }),
    JSON.stringify({ layers: [{ digest: layer.digest, size: 1.5 }] }),
    JSON.stringify({ layers: [{ digest: layer.digest, size: 1 }, "second"] }),
    JSON.stringify({ layers: [{ digest: layer.digest, size: 1, mediaType: 1 }] }),
    JSON.stringify({ manifests: [{ digest: layer.digest }, { digest: "sha256:../x" }] }),
  ]) {
    expect(readImageManifest(Buffer.from(text)).ok).toBe(false);
  }
});

test("a layer that is said to be something else than a tar is told", () => {
  const check = (mediaType: string, isTar: boolean) => {
    const layers = [{ mediaType, digest: layer.digest, size: 5 }];
    const manifest = readImageManifest(Buffer.from(JSON.stringify({ layers })));
    expect(manifest).toMatchObject({ value: { isTar } });
  };
  check("application/vnd.oci.image.layer.v1.tar+zstd", true);
  check("application/vnd.docker.image.rootfs.diff.tar.gzip", true);
  check("application/vnd.in-toto+json", false);
});

test("an index is its image manifests, in order; other indexes in it are not followed", () => {
  const manifests = [
    { mediaType: "application/vnd.oci.image.index.v1+json", digest: digestOf("index") },
    { mediaType: "application/vnd.oci.image.manifest.v1+json", digest: digestOf("oci") },
    {
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      digest: digestOf("docker"),
    },
  ];
  expect(readImageManifest(Buffer.from(JSON.stringify({ manifests })))).toEqual({
    ok: true,
    value: { kind: "index", manifests: [digestOf("oci"), digestOf("docker")] },
  });
});

test("what is a manifest to some readers and an index to others is neither", () => {
  const { digest } = layer;
  const both = { layers: [{ digest, size: 5 }], manifests: [{ digest }] };
  expect(readImageManifest(Buffer.from(JSON.stringify(both)))).toEqual({
    ok: false,
    failure: "not-an-image-manifest",
  });
});
