import { digestOf } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { expect, test } from "vitest";
import { formatReference, mediaTypes } from "@slipway/registry";
import type { Registry, RegistryFailure } from "@slipway/registry";
import { askImage } from "./ask-image.ts";

const [amd64, armV7, arm64, statement] = ["amd64", "armV7", "arm64", "statement"].map((text) =>
  digestOf(text),
);
const unreachable: RegistryFailure = {
  reason: "registry-unreachable",
  method: "HEAD",
  url: "https://registry.example/",
  retryable: true,
  error: "ENOTFOUND",
};

const index = JSON.stringify({
  schemaVersion: 2,
  manifests: [
    { digest: amd64, platform: { os: "linux", architecture: "amd64" } },
    { digest: armV7, platform: { os: "linux", architecture: "arm", variant: "v7" } },
    { digest: arm64, platform: { os: "linux", architecture: "arm64", variant: "v8" } },
    { digest: statement, platform: { os: "unknown", architecture: "unknown" } },
  ],
});
const one = JSON.stringify({ schemaVersion: 2, config: {}, layers: [] });

/** Asks a registry that has `content`, or says "missing" or "unknown"; answers with what it was asked as well. */
async function ask(
  content: string,
  { reference = "registry.example/node:26", locked }: { reference?: string; locked?: Digest } = {},
) {
  const asked: string[] = [];
  const answer = <Value>(verb: string, of: string, value: Value) => {
    asked.push(`${verb} ${of}`);
    if (content === "missing") return { state: "missing" } as const;
    if (content === "unknown") return { state: "unknown", failure: unreachable } as const;
    return { state: "present", value } as const;
  };
  const digest = digestOf(content);
  const mediaType = content === one ? mediaTypes.ociManifest : mediaTypes.ociIndex;
  const registry: Pick<Registry, "headManifest" | "getManifest"> = {
    headManifest: async (of) => answer("HEAD", formatReference(of), { digest }),
    getManifest: async (of) =>
      answer("GET", formatReference(of), { digest, mediaType, bytes: Buffer.from(content) }),
  };
  const now = await askImage(
    registry,
    reference,
    locked === undefined ? undefined : { digest: locked },
  );
  return { now, asked };
}

test("what is locked costs one HEAD while the tag has that content", async () => {
  expect(await ask(index, { locked: digestOf(index) })).toEqual({
    now: { state: "same" },
    asked: ["HEAD registry.example/node:26"],
  });
});

test("other content is told with the digest of each platform, read by digest", async () => {
  const digest = digestOf(index);
  const platforms = { "linux/amd64": amd64, "linux/arm/v7": armV7, "linux/arm64": arm64 };
  expect(await ask(index, { locked: digestOf("before") })).toEqual({
    now: { state: "changed", value: { digest, platforms } },
    asked: ["HEAD registry.example/node:26", `GET registry.example/node@${digest}`],
  });
});

test("an index that is none, as a proxy may answer, has no platforms", async () => {
  const { now } = await ask("<html>");
  expect(now).toEqual({ state: "changed", value: { digest: digestOf("<html>"), platforms: {} } });
});

test("an image of one platform has no digests beside its own", async () => {
  const { now } = await ask(one);
  expect(now).toEqual({ state: "changed", value: { digest: digestOf(one), platforms: {} } });
});

test("a reference by digest is what it says", async () => {
  const digest = digestOf(one);
  const reference = `registry.example/node@${digest}`;
  expect(await ask(one, { reference, locked: digest })).toEqual({
    now: { state: "same" },
    asked: [],
  });
});

test("a registry that has it no more is told from one that does not answer", async () => {
  expect((await ask("missing")).now).toEqual({ state: "missing" });
  expect((await ask("unknown")).now).toEqual({ state: "unknown", because: unreachable });
});

test("what is no reference is asked nobody for", async () => {
  expect(await ask(index, { reference: "UPPER/case" })).toMatchObject({
    now: { state: "unknown", because: { reason: "reference-invalid" } },
    asked: [],
  });
});
