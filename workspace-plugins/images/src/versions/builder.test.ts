import path from "node:path";
import { digestOf, fail, ok, writeJson } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentFiles, baseFiles, openDefinitionRig } from "../../test/definition-rig.ts";
import type { DefinitionRig } from "../../test/definition-rig.ts";
import type { ContainerSpec } from "../container.ts";
import type { Engine } from "../engine-port.ts";
import type { ImageReceipt } from "../receipt.ts";
import { builderFor } from "./builder.ts";
import type { NamedBuilder } from "./builder.ts";
import type { VersionScript } from "./version-script.ts";

const digest = digestOf("manifest");
const pinned = `registry.example/builder@${digest}`;
const script: VersionScript = { agent: "codex", file: "version.sh", members: [], digest };

let rig: DefinitionRig;
let asked: string[];
let specs: ContainerSpec[];
/** What the engine has, by name. */
let images: Map<string, Digest>;

beforeEach(async () => {
  rig = await openDefinitionRig();
  asked = [];
  specs = [];
  images = new Map();
  await rig.write(rig.workspace, {
    ...agentFiles("agents/codex", "base_exclude: [alpine]\n"),
    ...baseFiles("bases/alpine"),
    ...baseFiles("bases/debian"),
    ...baseFiles("bases/fedora"),
  });
});
afterEach(async () => rig[Symbol.asyncDispose]());

/** A receipt, as a build leaves it, of an image that the engine has. */
async function build(base: string): Promise<Digest> {
  const receipt: ImageReceipt = {
    schema: 1,
    reference: `slipway/base:${base}`,
    imageId: digestOf(base),
    manifestDigest: digestOf(`manifest of ${base}`),
    platform: { os: "linux", architecture: "amd64" },
    diffIds: [],
    below: [],
    inputs: {},
  };
  await writeJson(path.join(rig.workspace, "bases", base, "dist/image/receipt.json"), receipt);
  images.set(`slipway/base:${receipt.imageId.slice("sha256:".length)}`, receipt.imageId);
  return receipt.imageId;
}

/** An engine of what a look-up needs; whatever else is asked is an exception. */
function openDouble(): Engine {
  const double: Pick<Engine, "image" | "platform" | "pull" | "run"> = {
    platform: { os: "linux", architecture: "amd64" },
    image: async (name) => {
      const id = images.get(name);
      if (id === undefined) return ok(undefined);
      const platform = { os: "linux", architecture: "amd64" };
      const facts = { id, tags: [], labels: {}, diffIds: [], entrypoint: [], environment: [] };
      return ok({ ...facts, platform });
    },
    pull: async (reference) => {
      asked.push(`pull ${reference}`);
      images.set(reference, digestOf("pulled"));
      return ok(digestOf("pulled"));
    },
    run: async (spec, { stdout, timeoutMs }) => {
      asked.push("run");
      specs.push(spec);
      if (timeoutMs === 1) return fail({ reason: "engine-timeout", operation: "run", timeoutMs });
      await stdout(Buffer.from("1.2.3\n"));
      const inspected = {} as never;
      return ok({ exitCode: 0, oomKilled: false, durationMs: 1, outputIsWhole: true, inspected });
    },
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a look-up asks for nothing else
  return double as Engine;
}

async function find({
  named,
  isOffline = false,
  timeoutMs = 20_000,
}: { named?: NamedBuilder; isOffline?: boolean; timeoutMs?: number } = {}) {
  const engine = openDouble();
  return builderFor(
    "codex",
    { catalogue: await rig.read(), root: rig.workspace, named, progress: () => {} },
    {
      engine: async () => ok(engine),
      access: async () => ({
        caBundle: undefined,
        npmRegistry: "http://localhost:9/",
        proxies: { HTTPS_PROXY: "http://proxy.example:1" },
      }),
      isOffline,
      signal: new AbortController().signal,
      timeoutMs,
    },
  );
}

async function run(...args: Parameters<typeof find>) {
  const builder = await find(...args);
  return builder.ok ? builder.value.run(script) : builder;
}

test("without a name it is the first base that the agent goes on and that is built", async () => {
  const none = { reason: "builder-absent", agent: "codex", bases: ["debian", "fedora"] };
  expect(await find()).toEqual(fail(none));
  await build("alpine");
  expect(await find()).toEqual(fail(none));
  const fedora = await build("fedora");
  expect(await find()).toMatchObject({ value: { identity: fedora } });
  const debian = await build("debian");
  expect(await find()).toMatchObject({ value: { identity: debian } });
  await run();
  expect(specs.map(({ image }) => image)).toEqual([debian]);
});

test("a base of the workspace can be named, also one that the agent does not go on", async () => {
  const named = { reference: "slipway/base:alpine", digest: undefined };
  expect(await find({ named })).toMatchObject({ failure: { reason: "receipt-missing" } });
  const alpine = await build("alpine");
  expect(await find({ named })).toMatchObject({ value: { identity: alpine } });
});

test("an image from elsewhere is pulled by its digest, and not while the engine has it", async () => {
  const named = { reference: "registry.example/builder:1", digest };
  expect(await run({ named })).toMatchObject({ value: { kind: "exited", stdout: "1.2.3\n" } });
  expect(await run({ named })).toMatchObject({ ok: true });
  expect(asked).toEqual([`pull ${pinned}`, "run", "run"]);
  expect(specs.map(({ image }) => image)).toEqual([digestOf("pulled"), digestOf("pulled")]);
});

test("one whose content nobody has said is not run", async () => {
  const named = { reference: "registry.example/builder:1", digest: undefined };
  expect(await run({ named })).toEqual(
    fail({ reason: "builder-unlocked", reference: "registry.example/builder:1" }),
  );
  expect(asked).toEqual([]);
});

test("without a request nothing is pulled, and what runs has no network and no proxies", async () => {
  const named = { reference: "registry.example/builder:1", digest };
  expect(await run({ named, isOffline: true })).toEqual(
    fail({ reason: "image-absent", reference: pinned }),
  );
  images.set(pinned, digestOf("there"));
  await run({ named, isOffline: true });
  await run({ named });
  expect(asked).toEqual(["run", "run"]);
  const seen = specs.map(({ network, environment }) => ({ network, environment }));
  expect(seen).toEqual([
    { network: "none", environment: { HOME: "/tmp" } },
    { network: "bridge", environment: { HOME: "/tmp", HTTPS_PROXY: "http://proxy.example:1" } },
  ]);
});

test("what runs can change nothing, and has no rights", async () => {
  await build("debian");
  await run();
  expect(specs).toMatchObject([
    {
      readOnlyRoot: true,
      dropCapabilities: ["ALL"],
      noNewPrivileges: true,
      mounts: [],
      entrypoint: [],
    },
  ]);
});

test("one that takes too long is told from an engine that is gone", async () => {
  await build("debian");
  expect(await run({ timeoutMs: 1 })).toEqual(ok({ kind: "timed-out", timeoutMs: 1 }));
});
