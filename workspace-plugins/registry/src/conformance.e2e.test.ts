import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { buffer } from "node:stream/consumers";
import { digestOf, ok } from "@slipway/signature";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveMemory } from "../test/memory-registry.ts";
import { issuer, serveTokens, service } from "../test/token-server.ts";
import type { TokenServer } from "../test/token-server.ts";
import { openRegistry } from "./client.ts";
import type { RegistryOptions } from "./client.ts";
import type { Credential } from "./credential.ts";
import { mediaTypes } from "./manifest.ts";
import { parseReference } from "./reference.ts";
import type { Reference } from "./reference.ts";
import { startRegistryRig } from "./server/rig.ts";

type Implementation = AsyncDisposable & { readonly host: string };

let folder: string;
let tokens: TokenServer;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-conformance-"));
  tokens = await serveTokens(folder);
});
afterAll(async () => {
  await tokens[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function startDistribution(): Promise<Implementation> {
  const { realm, certificateFile } = tokens;
  return startRegistryRig({ realm, service, issuer, certificateFile });
}

/** go-containerregistry's, built from the module proxy. */
async function startGoRegistry(): Promise<Implementation> {
  const program = path.join(folder, "go-registry");
  const source = path.join(import.meta.dirname, "..", "test", "go-registry");
  const built = spawnSync("go", ["build", "-mod=readonly", "-o", program, "."], {
    cwd: source,
    encoding: "utf8",
  });
  if (built.status !== 0) {
    const why = built.error?.message ?? built.stderr;
    throw new Error(
      `no second registry; it needs Go 1.18 or newer: apt-get install golang\n${why}`,
    );
  }
  const child = spawn(program, [tokens.realm, service, tokens.certificateFile], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [port] = (await once(createInterface(child.stdout), "line")) as [string];
  return {
    host: `localhost:${port}`,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await once(child, "exit");
    },
  };
}

const ada = { kind: "password", username: "ada", password: "engine" } as const;
const config = Buffer.from("{}");
/** Each test has blobs of its own: go-containerregistry keeps them without regard to the repository. */
const blobOf = (text: string, sizeBytes = 1000) => Buffer.alloc(sizeBytes, text);

function manifestOf(mediaType: string, layer: Buffer): Buffer<ArrayBuffer> {
  const descriptor = (media: string, bytes: Buffer) => {
    return { mediaType: media, digest: digestOf(bytes), size: bytes.byteLength };
  };
  const layers = [descriptor("application/vnd.docker.image.rootfs.diff.tar", layer)];
  const configs = descriptor("application/vnd.docker.container.image.v1+json", config);
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config: configs, layers }));
}

/** The one that can be made to misbehave has to be a registry before it is. */
async function startMemory(): Promise<Implementation> {
  const { realm, certificateFile } = tokens;
  return serveMemory({ tokens: { realm, certificateFile, service } });
}

describe.each([
  ["Docker Distribution", startDistribution],
  ["go-containerregistry", startGoRegistry],
  ["the registry of our tests", startMemory],
] as const)("%s with bearer tokens", (_name, start) => {
  let served: Implementation;
  beforeAll(async () => {
    served = await start();
  });
  afterAll(async () => served[Symbol.asyncDispose]());

  const reference = (text: string): Reference => {
    const parsed = parseReference(`${served.host}/${text}`);
    if (!parsed.ok) throw new Error(text);
    return parsed.value;
  };
  const open = (credential: Credential | undefined, options: RegistryOptions = {}) =>
    openRegistry({ findCredential: async () => ok(credential), ...options });

  test("a package goes there and comes back, with one token for reads and one for writes", async () => {
    const registry = open(ada);
    const name = reference("team/tool:1");
    const layer = blobOf("tool", 300_000);
    tokens.liveFor(300);
    const asked = tokens.asked.length;
    for (const blob of [config, layer]) {
      const sent = await registry.uploadBlob(name, digestOf(blob), new Blob([blob]));
      expect(sent).toEqual({ ok: true, value: "uploaded" });
    }
    const bytes = manifestOf(mediaTypes.dockerManifest, layer);
    const manifest = { mediaType: mediaTypes.dockerManifest, bytes };
    expect(await registry.putManifest(name, manifest)).toEqual({
      ok: true,
      value: digestOf(bytes),
    });
    const back = await registry.getManifest(name);
    expect(back).toMatchObject({ state: "present", value: { digest: digestOf(bytes) } });
    const descriptor = { digest: digestOf(layer), sizeBytes: layer.byteLength };
    const read = await registry.readBlob(name, descriptor, async (chunks) => buffer(chunks));
    expect(read.state === "present" && layer.equals(read.value)).toBe(true);
    expect(await registry.listTags(name)).toEqual({ state: "present", value: ["1"] });
    const { repository } = name;
    expect(tokens.asked.slice(asked)).toEqual([
      `ada repository:${repository}:pull`,
      `ada repository:${repository}:pull,push`,
    ]);
  });

  test("what refers to a manifest is found, by type, each once", async () => {
    const registry = open(ada);
    const name = reference("team/signed:1");
    const layer = blobOf("signed");
    for (const blob of [config, layer]) {
      expect((await registry.uploadBlob(name, digestOf(blob), new Blob([blob]))).ok).toBe(true);
    }
    const bytes = manifestOf(mediaTypes.dockerManifest, layer);
    const put = await registry.putManifest(name, { mediaType: mediaTypes.dockerManifest, bytes });
    const subject = digestOf(bytes);
    expect(put).toEqual({ ok: true, value: subject });
    const wanted = "application/vnd.example.signature";
    expect(await registry.listReferrers(name, { subject, artifactType: wanted })).toEqual({
      state: "present",
      value: [],
    });
    const referring = (artifactType: string) => ({
      mediaType: mediaTypes.ociManifest,
      bytes: Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: mediaTypes.ociManifest,
          artifactType,
          config: {
            mediaType: "application/vnd.oci.empty.v1+json",
            digest: digestOf(config),
            size: 2,
          },
          layers: [{ mediaType: wanted, digest: digestOf(layer), size: layer.byteLength }],
          subject: {
            mediaType: mediaTypes.dockerManifest,
            digest: subject,
            size: bytes.byteLength,
          },
        }),
      ),
    });
    for (const artifactType of [wanted, "application/vnd.example.other", wanted]) {
      const manifest = referring(artifactType);
      const sent = await registry.putReferrer(name, { subject, artifactType, manifest });
      expect(sent).toEqual({ ok: true, value: digestOf(manifest.bytes) });
    }
    expect(await registry.listReferrers(name, { subject, artifactType: wanted })).toEqual({
      state: "present",
      value: [digestOf(referring(wanted).bytes)],
    });
  });

  test("a large blob goes in pieces", async () => {
    const questions: string[] = [];
    const counted = (question: string) => void questions.push(question.split(" ")[0] ?? "");
    const registry = open(ada, { chunkBytes: 1_000_000, counted });
    const name = reference("team/pieces:1");
    const layer = blobOf("pieces", 3_000_000);
    const sent = await registry.uploadBlob(name, digestOf(layer), new Blob([layer]));
    expect(sent).toEqual({ ok: true, value: "uploaded" });
    expect(questions.filter((method) => method === "PATCH").length).toBeGreaterThanOrEqual(3);
    const head = await registry.headBlob(name, digestOf(layer));
    expect(head).toEqual({ state: "present", value: { sizeBytes: layer.byteLength } });
  });

  test("anybody reads what is public, and is told that the rest is not theirs", async () => {
    const owner = open(ada);
    const anybody = open(undefined);
    const [open_, closed] = [reference("public/tool:1"), reference("team/secret:1")];
    const blob = blobOf("public");
    for (const name of [open_, closed]) {
      await owner.uploadBlob(name, digestOf(blob), new Blob([blob]));
    }
    const descriptor = { digest: digestOf(blob), sizeBytes: blob.byteLength };
    const read = await anybody.readBlob(open_, descriptor, async (chunks) => buffer(chunks));
    expect(read).toMatchObject({ state: "present" });
    expect(
      await anybody.readBlob(closed, descriptor, async (chunks) => buffer(chunks)),
    ).toMatchObject({
      state: "unknown",
      failure: { reason: "registry-refused", status: 401 },
    });
  });

  test("a token that came to its end is got anew in the middle of a push", async () => {
    tokens.liveFor(1);
    const registry = open(ada);
    const name = reference("team/late:1");
    const late = blobOf("late");
    const sent = await registry.uploadBlob(name, digestOf(late), new Blob([late]));
    expect(sent).toEqual({ ok: true, value: "uploaded" });
    const asked = tokens.asked.length;
    tokens.liveFor(300);
    await expect
      .poll(
        async () => {
          await registry.headBlob(name, digestOf(late));
          return tokens.asked.length;
        },
        { timeout: 5000 },
      )
      .toBeGreaterThan(asked);
    expect(await registry.headBlob(name, digestOf(late))).toMatchObject({ state: "present" });
  });

  test("a refresh token is taken to the token server", async () => {
    const refreshed = blobOf("refreshed");
    const registry = open({ kind: "identity-token", token: "refresh-ada" });
    const sent = await registry.uploadBlob(
      reference("team/r:1"),
      digestOf(refreshed),
      new Blob([refreshed]),
    );
    expect(sent).toEqual({ ok: true, value: "uploaded" });
  });

  test("a wrong password is a refusal of the token server", async () => {
    const registry = open({ ...ada, password: "wrong" });
    expect(await registry.headManifest(reference("team/tool:1"))).toMatchObject({
      state: "unknown",
      failure: { reason: "registry-refused", status: 401, url: `${tokens.realm}?…` },
    });
    expect(await registry.checkAccess(reference("team/tool:1").registry)).toMatchObject({
      ok: false,
    });
    expect(await open(ada).checkAccess(reference("team/tool:1").registry)).toEqual({
      ok: true,
      value: "accepted",
    });
  });

  test("a blob of another repository is mounted or sent, and a manifest deleted", async () => {
    const registry = open(ada);
    const [from, to] = [reference("team/from:1"), reference("team/to:1")];
    const layer = blobOf("mounted");
    await registry.uploadBlob(from, digestOf(layer), new Blob([layer]));
    const sent = await registry.uploadBlob(to, digestOf(layer), new Blob([layer]), from.repository);
    expect(["mounted", "present", "uploaded"]).toContain(sent.ok && sent.value);
    await registry.uploadBlob(to, digestOf(config), new Blob([config]));
    const bytes = manifestOf(mediaTypes.ociManifest, layer);
    await registry.putManifest(to, { mediaType: mediaTypes.ociManifest, bytes });
    expect(await registry.deleteManifest(to, digestOf(bytes))).toEqual({
      state: "present",
      value: "deleted",
    });
    expect(await registry.getManifest({ ...to, digest: digestOf(bytes) })).toEqual({
      state: "missing",
    });
  });
});
