import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { initKeys, readSigningKey, readTrust, signingKeyFile } from "@slipway/attestation";
import type { SigningKey } from "@slipway/attestation";
import { openRegistry } from "@slipway/registry";
import { serveMemory } from "@slipway/registry/memory-registry";
import type { MemoryRegistry } from "@slipway/registry/memory-registry";
import { digestOf } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openImagesRig, valueOf } from "../../test/rig.ts";
import type { ImagesRig } from "../../test/rig.ts";
import { writeProvenance } from "../provenance.ts";
import { pushLayout } from "../push.ts";
import type { ImageReceipt } from "../receipt.ts";
import type { ImageRule } from "../trust/policy.ts";
import { askAllowed } from "./ask-allowed.ts";

let served: MemoryRegistry;
let rig: ImagesRig;
let state: string;
let receipt: ImageReceipt;
let key: SigningKey;
beforeEach(async () => {
  served = await serveMemory();
  rig = await openImagesRig();
  state = await mkdtemp(path.join(tmpdir(), "slipway-allowed-"));
  const variables = { XDG_CONFIG_HOME: state };
  valueOf(await initKeys(state, variables));
  key = valueOf(await readSigningKey(signingKeyFile(variables)));
  receipt = valueOf(await rig.layOut("base", { layers: [{ "etc/os": "x" }] }));
  await writeProvenance(path.join(rig.root, "base"), receipt, {});
});
afterEach(async () => {
  await served[Symbol.asyncDispose]();
  await rig[Symbol.asyncDispose]();
  await rm(state, { recursive: true });
});

const registry = openRegistry();
const reference = () => `${served.host}/team/test:rig`;

async function push(signingKey?: SigningKey): Promise<void> {
  const image = { workspaceRoot: rig.root, layout: "base", below: [], target: "t:image" };
  valueOf(await pushLayout(registry, { ...image, reference: reference(), signingKey }));
}

async function ask(rule: Partial<ImageRule>) {
  const policy = { file: "p", rules: [{ images: [`${served.host}/team`], ...rule }] };
  const whose = { policy, trust: valueOf(await readTrust(state)), now: new Date() };
  return askAllowed(registry, reference(), undefined, whose);
}

const unsigned = { state: "unknown", because: { reason: "image-unsigned" } };

test("an image is locked unsigned where the policy asks for no signature", async () => {
  await push();
  const changed = { state: "changed", value: { digest: receipt.manifestDigest } };
  expect(await ask({})).toMatchObject(changed);
  expect(await ask({ signed: true })).toMatchObject(unsigned);
  await push(key);
  expect(await ask({ signed: true })).toMatchObject(changed);
  expect(await ask({ signers: [key.hint] })).toMatchObject(changed);
  expect(await ask({ signers: [digestOf("another key")] })).toMatchObject(unsigned);
});

test("a registry that no rule has is not asked", async () => {
  await push(key);
  const before = served.asked.length;
  expect(await ask({ images: ["other.example"] })).toMatchObject({
    because: { reason: "image-not-allowed" },
  });
  expect(served.asked).toHaveLength(before);
});
