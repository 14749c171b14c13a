import { bundleType } from "@slipway/attestation/statement-types";
import { openRegistry, parseReference } from "@slipway/registry";
import type { Reference } from "@slipway/registry";
import { attach } from "@slipway/registry/attachments";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { digestOf } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emptyConfig, manifestMediaType, writeImageManifest } from "../image-manifest.ts";
import { writeLayer } from "../layer.ts";
import { isPackagePath } from "../package-path.ts";
import { deletePlanned, planDeletion } from "./delete.ts";

let served: RegistryRig;
const registry = openRegistry();

beforeAll(async () => {
  served = await startRegistryRig();
});
afterAll(async () => served[Symbol.asyncDispose]());

/** A package of one file under a tag. */
async function publish(name: string, text: string): Promise<void> {
  const path = "a.py";
  if (!isPackagePath(path)) throw new Error(path);
  const layer = await writeLayer([{ path, bytes: Buffer.from(text) }]);
  const descriptor = { digest: digestOf(layer), sizeBytes: layer.byteLength };
  const bytes = writeImageManifest(descriptor);
  const reference = referenceOf(name);
  await registry.uploadBlob(reference, digestOf(emptyConfig), new Blob([emptyConfig]));
  await registry.uploadBlob(reference, descriptor.digest, new Blob([layer]));
  const put = await registry.putManifest(reference, { mediaType: manifestMediaType, bytes });
  expect(put).toMatchObject({ ok: true });
}

function referenceOf(name: string): Reference {
  const parsed = parseReference(`${served.host}/${name}`);
  if (!parsed.ok) throw new Error(name);
  return parsed.value;
}

async function plan(name: string, all = false) {
  return planDeletion({ reference: `${served.host}/${name}`, all, registry });
}

async function remove(name: string, all = false) {
  const planned = await plan(name, all);
  if (!planned.ok) throw new Error(JSON.stringify(planned.failure));
  return deletePlanned(registry, planned.value);
}

async function tagsOf(name: string) {
  const listed = await registry.listTags(referenceOf(name));
  return listed.state === "present" ? listed.value : [];
}

test("tags of the same content are told before they go with it; others stay", async () => {
  for (const tag of ["1.0.0", "latest"]) await publish(`one/pkg:${tag}`, "x = 1\n");
  await publish("one/pkg:2.0.0", "x = 2\n");
  const planned = await plan("one/pkg:1.0.0");
  expect(planned).toMatchObject({ value: { manifests: [{ tags: ["1.0.0", "latest"] }] } });
  expect(await tagsOf("one/pkg")).toHaveLength(3);
  expect(await remove("one/pkg:1.0.0")).toMatchObject({
    value: { state: "done", facts: { tags: "1.0.0, latest", manifests: 1 } },
  });
  expect(await tagsOf("one/pkg")).toEqual(["2.0.0"]);
});

test("all tags of a repository go, those that share content too", async () => {
  for (const tag of ["1.0.0", "latest"]) await publish(`two/pkg:${tag}`, "x = 1\n");
  await publish("two/pkg:2.0.0", "x = 2\n");
  await publish("two/other:1.0.0", "x = 1\n");
  expect(await remove("two/pkg", true)).toMatchObject({ value: { facts: { manifests: 2 } } });
  expect([await tagsOf("two/pkg"), await tagsOf("two/other")]).toEqual([[], ["1.0.0"]]);
});

test("what another deletion took away meanwhile is no failure", async () => {
  await publish("three/pkg:1.0.0", "x = 1\n");
  const planned = await plan("three/pkg", true);
  if (!planned.ok) throw new Error("no plan");
  await remove("three/pkg", true);
  expect(await deletePlanned(registry, planned.value)).toMatchObject({
    value: { state: "unchanged", cause: "tags-gone" },
  });
});

test("a tag that came to other content after the plan is left alone", async () => {
  await publish("four/pkg:1.0.0", "x = 1\n");
  const planned = await plan("four/pkg:1.0.0");
  if (!planned.ok) throw new Error("no plan");
  await publish("four/pkg:1.0.0", "x = 2\n");
  await deletePlanned(registry, planned.value);
  expect(await tagsOf("four/pkg")).toEqual(["1.0.0"]);
});

test("a package that is not there is missing, and --all takes no tag", async () => {
  expect(await plan("none/pkg:1.0.0")).toMatchObject({ failure: { reason: "package-missing" } });
  expect(await plan("none/pkg", true)).toMatchObject({ failure: { reason: "package-missing" } });
  expect(await plan("none/pkg:1.0.0", true)).toMatchObject({
    failure: { reason: "tag-not-expected" },
  });
});

/** Puts what looks like a signature beside a published package. */
async function sign(name: string): Promise<Digest> {
  const reference = referenceOf(name);
  const signed = await registry.getManifest(reference);
  if (signed.state !== "present") throw new Error(name);
  const { digest: subject, bytes } = signed.value;
  const about = { digest: subject, sizeBytes: bytes.byteLength, mediaType: manifestMediaType };
  const attachment = { artifactType: bundleType, bytes: Buffer.from(`signature of ${name}`) };
  const put = await attach(registry, reference, about, attachment);
  if (!put.ok) throw new Error(JSON.stringify(put.failure));
  const listed = await registry.listReferrers(reference, { subject, artifactType: bundleType });
  const [digest] = listed.state === "present" ? listed.value : [];
  if (digest === undefined) throw new Error(name);
  return digest;
}

async function isThere(name: string, digest: Digest): Promise<boolean> {
  const { registry: host, repository } = referenceOf(name);
  return (await registry.headManifest({ registry: host, repository, digest })).state === "present";
}

test("a package takes its signatures and their list along, and none of another", async () => {
  await publish("five/pkg:1.0.0", "x = 1\n");
  await publish("five/pkg:2.0.0", "x = 2\n");
  const own = await sign("five/pkg:1.0.0");
  const others = await sign("five/pkg:2.0.0");
  expect(await tagsOf("five/pkg")).toHaveLength(4);
  expect(await remove("five/pkg:1.0.0")).toMatchObject({
    value: { facts: { manifests: 1, "signatures and their lists": 2 } },
  });
  expect([await isThere("five/pkg", own), await isThere("five/pkg", others)]).toEqual([
    false,
    true,
  ]);
  expect(await tagsOf("five/pkg")).toEqual(["2.0.0", expect.stringMatching(/^sha256-/)]);
  await remove("five/pkg", true);
  expect([await tagsOf("five/pkg"), await isThere("five/pkg", others)]).toEqual([[], false]);
});
