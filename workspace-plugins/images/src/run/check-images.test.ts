import path from "node:path";
import { digestOf, fail, hexOf, ok, writeJson } from "@slipway/signature";
import { expect, it } from "vitest";
import { agentFiles, baseFiles, openDefinitionRig } from "../../test/definition-rig.ts";
import type { DefinitionRig } from "../../test/definition-rig.ts";
import { Inspected } from "../container.ts";
import type { CheckRequest } from "./check-images.ts";
import { checkImages } from "./check-images.ts";

const layer = digestOf("layer");
const inspected = Inspected.parse({
  Id: "1",
  Image: digestOf("image"),
  State: { ExitCode: 0, OOMKilled: false, Error: "" },
  Config: { User: "", Hostname: "h", Env: null, Cmd: null },
  HostConfig: {
    NetworkMode: "none",
    ReadonlyRootfs: true,
    Privileged: false,
    Memory: 0,
    MemorySwap: 0,
  },
  Mounts: [],
});

/** Leaves an image of codex 1.2.0 in the layout, as a build does. */
async function build(rig: DefinitionRig, layout: string, reference: string): Promise<void> {
  const folder = path.join(rig.workspace, layout);
  await rig.write(folder, { [`blobs/sha256/${hexOf(layer)}`]: "layer" });
  await writeJson(path.join(folder, "receipt.json"), {
    schema: 1,
    reference,
    imageId: digestOf(reference),
    manifestDigest: digestOf("manifest"),
    platform: { os: "linux", architecture: "amd64" },
    diffIds: [layer],
    below: [],
    inputs: {},
    agentVersion: "1.2.0",
  });
}

/** Has these images, each of which answers with its words. */
function engineWith(answers: Readonly<Record<string, string>>): CheckRequest["engine"] {
  const byId = new Map(Object.entries(answers).map(([name, words]) => [digestOf(name), words]));
  return {
    images: async () =>
      ok([...byId.keys()].map((id) => ({ id, tags: [], labels: {}, createdAt: new Date(0) }))),
    run: async ({ image, network, readOnlyRoot, command }, { stdout }) => {
      expect({ network, readOnlyRoot, command }).toEqual({
        network: "none",
        readOnlyRoot: true,
        command: ["codex", "--version"],
      });
      await stdout(Buffer.from(byId.get(image) ?? ""));
      return ok({ exitCode: 0, outputIsWhole: true, durationMs: 1, oomKilled: false, inspected });
    },
  };
}

async function check(
  rig: DefinitionRig,
  engine: CheckRequest["engine"],
  agents: readonly string[] = [],
) {
  const checked = await checkImages({
    catalogue: await rig.read(),
    place: { root: rig.workspace },
    agents,
    engine,
    signal: new AbortController().signal,
    progress: () => {},
  });
  if (!checked.ok) return checked.failure.reason;
  return checked.value.map((image) =>
    image.state === "not-built"
      ? [image.reference, image.state]
      : [image.reference, image.state, image.answered, image.sizeBytes],
  );
}

async function openRig() {
  const rig = await openDefinitionRig();
  await rig.write(rig.workspace, {
    ...agentFiles("agents/codex"),
    ...agentFiles("agents/gemini"),
    ...baseFiles("bases/debian"),
    ...baseFiles("bases/fedora"),
    "images/review/image-extended.yml": "agent: codex\nbase: debian\nimage_ref: my/review\n",
  });
  await rig.write(rig.home, baseFiles(".aicage-custom/base-images/own"));
  return rig;
}

it("asks each image that is built what it is, sealed off, and tells what it is not", async () => {
  await using rig = await openRig();
  await build(rig, "agents/codex/dist/image/debian", "slipway/codex:debian");
  await build(rig, "agents/codex/dist/image/own", "slipway/codex:own");
  await build(rig, "images/review/dist/image", "my/review:latest");
  const engine = engineWith({
    "slipway/codex:debian": "codex-cli v1.2.0\n",
    "slipway/codex:own": "codex-cli 1.1.0\n",
  });
  expect(await check(rig, engine, ["codex"])).toEqual([
    ["slipway/codex:debian", "as-recorded", "1.2.0", 5],
    ["slipway/codex:fedora", "not-built"],
    ["slipway/codex:own", "differs", "codex-cli 1.1.0 (exit code 0)", 5],
    ["my/review:latest", "not-loaded", undefined, 5],
  ]);
});

it("misses an image of the workspace, and none that a user's definition could make", async () => {
  await using rig = await openRig();
  expect(await check(rig, engineWith({}), ["gemini"])).toEqual([
    ["slipway/gemini:debian", "not-built"],
    ["slipway/gemini:fedora", "not-built"],
  ]);
});

it("tells that there is no engine", async () => {
  await using rig = await openRig();
  const failure = { reason: "engine-absent", endpoint: "e", detail: "d" } as const;
  expect(await check(rig, { ...engineWith({}), images: async () => fail(failure) })).toBe(
    "engine-absent",
  );
});
