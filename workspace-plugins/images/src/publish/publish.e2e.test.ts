import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { bundleType } from "@slipway/attestation/statement-types";
import { initKeys, readSigningKey, readTrust, signingKeyFile } from "@slipway/attestation";
import type { SigningKey } from "@slipway/attestation";
import { openRegistry, parseReference } from "@slipway/registry";
import { attach, attachmentsOf } from "@slipway/registry/attachments";
import { startRegistryRig } from "@slipway/registry/rig";
import type { RegistryRig } from "@slipway/registry/rig";
import { digestOf, ok } from "@slipway/signature";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openImagesRig, valueOf } from "../../test/rig.ts";
import type { ImagesRig } from "../../test/rig.ts";
import type { PullRequest } from "../engine-port.ts";
import { forbidden } from "../ingredients.ts";
import { writeProvenance } from "../provenance.ts";
import { pushLayout } from "../push.ts";
import type { ImageReceipt } from "../receipt.ts";
import { sbomType } from "./sbom-type.ts";
import type { ImagesPolicy } from "../trust/policy.ts";
import { inspectPublished } from "./inspect-image.ts";
import { pullPublished } from "./pull-image.ts";
import { pushChain } from "./push-chain.ts";
import { verifyImage } from "./verify-image.ts";

let served: RegistryRig;
let rig: ImagesRig;
let root: string;
let key: SigningKey;
const asked: string[] = [];
const registry = openRegistry({ counted: (question) => void asked.push(question) });
const now = new Date("2026-11-21T00:00:00Z");

beforeAll(async () => {
  served = await startRegistryRig();
});
afterAll(async () => served[Symbol.asyncDispose]());
beforeEach(async () => {
  rig = await openImagesRig();
  root = await mkdtemp(path.join(os.tmpdir(), "slipway-publish-"));
  key = await keyOf("mine");
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

/** A key of a user of their own, who trusts it in the workspace of that name. */
async function keyOf(name: string): Promise<SigningKey> {
  const variables = { XDG_CONFIG_HOME: path.join(root, name, "config") };
  valueOf(await initKeys(path.join(root, name), variables));
  return valueOf(await readSigningKey(signingKeyFile(variables)));
}

async function trustOf(name: string) {
  return valueOf(await readTrust(path.join(root, name)));
}

/** An image in a layout of its own, with what a build writes beside it. */
async function layOut(folder: string, text = folder): Promise<ImageReceipt> {
  const receipt = valueOf(await rig.layOut(folder, { layers: [{ "etc/os": text }] }));
  await writeProvenance(path.join(rig.root, folder), receipt, {});
  await writeFile(path.join(rig.root, folder, "sbom.cdx.json"), `{"bomFormat":"CycloneDX"}`);
  return receipt;
}

function push(layout: string, reference: string, signingKey?: SigningKey) {
  asked.length = 0;
  const request = { workspaceRoot: rig.root, layout, reference, below: [], target: "t:image" };
  return pushLayout(registry, { ...request, signingKey });
}

async function verify(reference: string, by = "mine", policy?: ImagesPolicy) {
  return verifyImage({ reference, registry, trust: await trustOf(by), policy, now });
}

const at = (name: string) => `${served.host}/team/${name}`;

test("a signed image is verified by who trusts the key, with its provenance", async () => {
  const receipt = await layOut("one");
  const reference = at("test:rig");
  expect(await push("one", reference, key)).toMatchObject({ value: { state: "done" } });
  const verified = valueOf(await verify(reference));
  expect(verified).toMatchObject({ digest: receipt.manifestDigest, signer: key.hint });
  const { externalParameters } = verified.statement.predicate.buildDefinition;
  expect(externalParameters).toEqual({
    reference: "slipway/test:rig",
    values: { made: "by hand" },
  });
});

test("of images of several processors each is verified, and one that nobody pushed is told", async () => {
  const reference = at("many/test:rig");
  const receipts = new Map<string, ImageReceipt>();
  for (const architecture of ["amd64", "arm64"]) {
    const layers = [{ "etc/os": architecture }];
    const receipt = valueOf(await rig.layOut(architecture, { architecture, layers }));
    await writeProvenance(path.join(rig.root, architecture), receipt, {});
    await push(architecture, reference, key);
    receipts.set(architecture, receipt);
  }
  const trust = await trustOf("mine");
  const verifyFor = async (architecture: string) =>
    verifyImage({ reference, registry, trust, policy: undefined, now, architecture });
  for (const [architecture, { manifestDigest }] of receipts) {
    expect(valueOf(await verifyFor(architecture))).toMatchObject({ digest: manifestDigest });
  }
  expect(await verifyFor("riscv64")).toMatchObject({
    failure: {
      reason: "image-for-others",
      architecture: "riscv64",
      others: ["amd64", "arm64"],
    },
  });
});

test("nothing is sent again of what is there, and a signature alone is news", async () => {
  await layOut("again");
  const reference = at("again/test:rig");
  await push("again", reference);
  expect(await push("again", reference)).toMatchObject({ value: { state: "unchanged" } });
  const news = { value: { state: "done", cause: "image-signed" } };
  expect(await push("again", reference, key)).toMatchObject(news);
  expect(await push("again", reference, key)).toMatchObject({ value: { state: "unchanged" } });
  expect(asked.filter((question) => !/^(?:HEAD|GET) /.test(question))).toEqual([]);
});

test("an image that nobody signed, or somebody whom we do not trust, is not verified", async () => {
  await layOut("unsigned");
  const reference = at("unsigned/test:rig");
  await push("unsigned", reference);
  expect(await verify(reference)).toMatchObject({
    failure: { reason: "image-unsigned", objections: [] },
  });
  const other = await keyOf("other");
  await push("unsigned", reference, other);
  expect(await verify(reference)).toMatchObject({
    failure: { reason: "image-unsigned", objections: [{ signer: other.hint, problem: "unknown" }] },
  });
  expect(await verify(reference, "other")).toMatchObject({ ok: true });
});

test("what the policy has no rule for is neither verified nor pulled, and nobody is asked", async () => {
  await layOut("ruled");
  const reference = at("ruled/test:rig");
  await push("ruled", reference, key);
  const policyOf = (...rules: ImagesPolicy["rules"]): ImagesPolicy => ({ file: "p", rules });
  asked.length = 0;
  const elsewhere = policyOf({ images: [`${served.host}/tea`] });
  const refused = { failure: { reason: "image-not-allowed", reference } };
  expect(await verify(reference, "mine", elsewhere)).toMatchObject(refused);
  expect(await pull(reference, elsewhere)).toEqual({ pulled: [], result: refused.failure.reason });
  expect(asked).toEqual([]);
  const images = [`${served.host}/team`];
  expect(await verify(reference, "mine", policyOf({ images }))).toMatchObject({ ok: true });
  const others = policyOf({ images, signers: [digestOf("another key")] });
  expect(await verify(reference, "mine", others)).toMatchObject({
    failure: { objections: [{ signer: key.hint, problem: "not among the signers of the rule" }] },
  });
  expect(await pull(reference, others)).toEqual({ pulled: [], result: "image-unsigned" });
});

test("where the policy asks for a signature, an unsigned image cannot be allowed by hand", async () => {
  await layOut("by-hand");
  const reference = at("by-hand/test:rig");
  await push("by-hand", reference);
  const rule = { images: ["*"] };
  const asking = { file: "p", rules: [{ ...rule, signed: true }] };
  expect(await pull(reference, asking)).toEqual({ pulled: [], result: "image-unsigned" });
  const { pulled } = await pull(reference, { file: "p", rules: [rule] });
  expect(pulled).toHaveLength(1);
});

/** With `--allow-unsigned`: what the engine was told to pull, and why it was not. */
async function pull(reference: string, policy: ImagesPolicy) {
  const pulled: string[] = [];
  const done = await pullPublished({
    reference,
    registry,
    trust: await trustOf("mine"),
    policy,
    now,
    engine: {
      pull: async (pinned) => {
        pulled.push(pinned);
        return ok(digestOf("image"));
      },
      tag: async () => ok(undefined),
    },
    allowsUnsigned: true,
    findCredential: async () => ok(undefined),
    pull: { signal: new AbortController().signal, progress: () => {}, timeoutMs: 1000 },
  });
  return { pulled, result: done.ok ? done.value.state : done.failure.reason };
}

test("a signature of one image is none of another, and none of the same under another name", async () => {
  await layOut("first");
  const other = await layOut("second");
  const [first, second] = [at("x/test:rig"), at("x/test:other")];
  await push("first", first, key);
  await push("second", second);
  // Whoever holds the registry puts the bundle of the first beside the second.
  const source = valueOf(parseReference(first));
  const { digest: subject } = valueOf(await verify(first));
  for await (const bundle of attachmentsOf(registry, source, {
    subject,
    artifactType: bundleType,
    mostBytes: 2 ** 20,
  })) {
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const moved = { digest: other.manifestDigest, sizeBytes: 1, mediaType };
    const bytes = Buffer.from(valueOf(bundle));
    valueOf(await attach(registry, source, moved, { artifactType: bundleType, bytes }));
  }
  expect(await verify(second)).toMatchObject({
    failure: { objections: [{ signer: key.hint, problem: "of another image" }] },
  });
  await push("first", at("x/test:moved"), key);
  expect(await verify(at("x/test:moved"))).toMatchObject({
    failure: { objections: [{ signer: key.hint, problem: "it is slipway/test:rig" }] },
  });
});

test("what is pulled is what was verified, by its digest; nothing is pulled that is not", async () => {
  const receipt = await layOut("pulled");
  const reference = at("pulled/test:rig");
  await push("pulled", reference);
  const done: string[] = [];
  const request = {
    reference,
    registry,
    trust: await trustOf("mine"),
    policy: undefined,
    now,
    engine: {
      pull: async (pinned: string, { credential }: PullRequest) => {
        done.push(pinned, ...Object.keys(credential ?? {}));
        return { ok: true, value: receipt.imageId } as const;
      },
      tag: async (_id: string, ...name: readonly string[]) => {
        done.push(name.join(":"));
        return { ok: true, value: undefined } as const;
      },
    },
    findCredential: async () => ok({ kind: "identity-token", token: "t" } as const),
    pull: { signal: new AbortController().signal, progress: () => {}, timeoutMs: 1000 },
  };
  const refused = await pullPublished({ ...request, allowsUnsigned: false });
  expect(refused).toMatchObject({ failure: { reason: "image-unsigned" } });
  expect(done).toEqual([]);
  const pinned = `${at("pulled/test")}@${receipt.manifestDigest}`;
  const allowed = await pullPublished({ ...request, allowsUnsigned: true });
  expect(allowed).toMatchObject({ value: { facts: { "signed by": "nobody" } } });
  expect(done).toEqual([pinned, "identitytoken", reference]);
  await push("pulled", reference, key);
  const signed = await pullPublished({ ...request, allowsUnsigned: false });
  expect(signed).toMatchObject({ value: { facts: { "signed by": key.hint } } });
});

test("an inspection tells labels, ingredients, who signed it, and what is attached", async () => {
  const receipt = await layOut("told");
  const reference = at("told/test:rig");
  await push("told", reference, key);
  const world = { registry, trust: await trustOf("mine"), now };
  expect(valueOf(await inspectPublished(reference, world))).toMatchObject({
    digest: receipt.manifestDigest,
    imageId: receipt.imageId,
    platform: "linux/amd64",
    ingredients: { made: "by hand" },
    claims: { believed: { signer: key.hint }, objections: [] },
    hasSbom: true,
  });
  expect(await inspectPublished(at("told/test:none"), world)).toMatchObject({
    failure: { reason: "image-not-published" },
  });
});

test("other programs read what we push: image, bill of materials and bundle", async () => {
  const receipt = await layOut("foreign");
  const reference = at("foreign/test:rig");
  await push("foreign", reference, key);
  const skopeo = (...words: readonly string[]) =>
    execFileSync("skopeo", words, { encoding: "utf8", timeout: 60_000 });
  const image = JSON.parse(skopeo("inspect", "--tls-verify=false", `docker://${reference}`)) as {
    readonly Digest: string;
    readonly Layers: readonly string[];
  };
  expect(image).toMatchObject({ Digest: receipt.manifestDigest, Layers: receipt.diffIds });
  const copy = path.join(root, "copy");
  skopeo(
    "copy",
    "--preserve-digests",
    "--src-tls-verify=false",
    `docker://${reference}`,
    `oci:${copy}:rig`,
  );
  const index = JSON.parse(await readFile(path.join(copy, "index.json"), "utf8")) as {
    readonly manifests: readonly { readonly digest: string }[];
  };
  expect(index.manifests.map(({ digest }) => digest)).toEqual([receipt.manifestDigest]);
  const tag = `sha256-${receipt.manifestDigest.slice("sha256:".length)}`;
  const api = `http://${served.host}/v2/team/foreign/test`;
  const listed = await fetch(`${api}/referrers/${receipt.manifestDigest}`);
  const headers = { accept: "application/vnd.oci.image.index.v1+json" };
  const listing = listed.ok ? listed : await fetch(`${api}/manifests/${tag}`, { headers });
  const referrers = (await listing.json()) as {
    readonly manifests: readonly { readonly artifactType: string }[];
  };
  const types = referrers.manifests.map(({ artifactType }) => artifactType);
  expect(types.toSorted()).toEqual([sbomType, bundleType].toSorted());
});

test("a chain is pushed with each layer once, and not at all where an image of it may not go", async () => {
  const low = await layOut("base");
  const folder = "base";
  const high = valueOf(
    await rig.layOut("agent", { layers: [{ "bin/x": "x" }] }, { folder, receipt: low }),
  );
  const source = (layout: string, name: string) => ({
    layout,
    reference: `slipway/${name}:chain`,
    target: `${name}:image`,
  });
  const chain = [
    { source: source("base", "base"), receipt: low },
    { source: source("agent", "agent"), receipt: high },
  ];
  const to = {
    registry,
    root: rig.root,
    to: at("chain"),
    signingKey: undefined,
    progress: () => {},
  };
  asked.length = 0;
  valueOf(await pushChain(chain, to));
  const sent = (method: string): number =>
    asked.filter((one) => one.startsWith(method) && one.includes("/chain/agent/blobs/uploads"))
      .length;
  // What is mounted is asked for and not sent: the layer of the base, from where that went.
  expect(sent("POST") - sent("PUT")).toBe(1);
  const inputs = { ...low.inputs, redistribution: forbidden };
  const local = [
    { source: source("base", "base"), receipt: { ...low, inputs } },
    ...chain.slice(1),
  ];
  asked.length = 0;
  expect(await pushChain(local, to)).toMatchObject({ failure: { reason: "image-local-only" } });
  expect(asked).toEqual([]);
});
