import { fail } from "@slipway/signature";
import { expect, it } from "vitest";
import {
  agentFiles,
  baseFiles,
  extensionFiles,
  openDefinitionRig,
} from "../../test/definition-rig.ts";
import type { DefinitionRig } from "../../test/definition-rig.ts";
import type { BuildSession } from "../build.ts";
import { planChain } from "./build-chain.ts";
import { planExtended } from "./plan-extended.ts";
import type { Selection } from "./select.ts";

const base = (folder: string, from: string): Readonly<Record<string, string>> => ({
  ...baseFiles(folder),
  [`${folder}/base.yml`]: `from_image: ${from}\nbase_image_distro: None\nbase_image_description: a base\narchitectures: [amd64]\n`,
});

/** `<reference> in <layout>` of each image, the lowest first; or the reason. */
async function check(
  rig: DefinitionRig,
  selection: Selection,
  reference = "slipway/codex:upper",
): Promise<readonly string[]> {
  const catalogue = await rig.read();
  const chain = await planChain(
    { catalogue, agent: "codex", selection, reference },
    { root: rig.workspace },
  );
  return chain.ok
    ? chain.value.map(({ source }) => `${source.reference} in ${source.layout}`)
    : [chain.failure.reason];
}

it("is every base that from_image leads to, then the agent, with layouts beside the workspace's definitions", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, {
    ...agentFiles("agents/codex"),
    ...base("bases/lower", "scratch"),
    ...base("bases/upper", "slipway/base:lower"),
  });
  expect(await check(rig, { base: "upper", extensions: [] })).toEqual([
    "slipway/base:lower in bases/lower/dist/image",
    "slipway/base:upper in bases/upper/dist/image",
    "slipway/codex:upper in agents/codex/dist/image/upper",
  ]);
});

it("has the layouts of what lies elsewhere, or has no name, in a folder of our own", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, base("bases/upper", "scratch"));
  await rig.write(rig.home, {
    ...agentFiles(".aicage-custom/agents/codex"),
    ...extensionFiles(".aicage-custom/extensions/act"),
  });
  const reference = "slipway/extended:codex--upper--act";
  expect(await check(rig, { base: "upper", extensions: ["act"] }, reference)).toEqual([
    "slipway/base:upper in bases/upper/dist/image",
    "slipway/codex:upper in .slipway/images/agent/codex/upper",
    `${reference} in .slipway/images/extended/slipway_extended_codex--upper--act`,
  ]);
});

it("knows for which of its definitions the user's lock counts: those outside of the workspace", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, base("bases/lower", "scratch"));
  await rig.write(rig.home, {
    ...base(".aicage/custom/image-base/upper", "slipway/base:lower"),
    ...agentFiles(".aicage-custom/agents/codex"),
    ...extensionFiles(".aicage-custom/extensions/act"),
  });
  const chain = await planChain(
    {
      catalogue: await rig.read(),
      agent: "codex",
      selection: { base: "upper", extensions: ["act"] },
      reference: "slipway/extended:codex--upper--act",
    },
    { root: rig.workspace },
  );
  const none = { agents: [], bases: [], extensions: [] };
  expect(chain.ok && chain.value.map(({ ofUser }) => ofUser)).toEqual([
    none,
    { ...none, bases: ["upper"] },
    { ...none, agents: ["codex"] },
    { ...none, extensions: ["act"] },
  ]);
});

it("waits for the root file system that a base names, and for no other", async () => {
  await using rig = await openDefinitionRig();
  const rootfs = (name: string): Readonly<Record<string, string>> => ({
    [`infra/${name}/project.json`]: JSON.stringify({
      name,
      targets: {
        rootfs: {
          executor: "@slipway/executors:rootfs",
          options: { reference: `localhost:5056/rootfs:${name}` },
        },
        push: { executor: "@slipway/executors:rootfs-push" },
      },
    }),
  });
  await rig.write(rig.workspace, {
    ...agentFiles("agents/codex"),
    ...rootfs("bookworm"),
    ...rootfs("trixie"),
    ...base("bases/upper", "localhost:5056/rootfs:trixie"),
    "bases/upper/Dockerfile": "ARG FROM_IMAGE\nFROM ${FROM_IMAGE}\n",
  });
  const selection = { base: "upper", extensions: [] };
  const chain = await planChain(
    { catalogue: await rig.read(), agent: "codex", selection, reference: "slipway/codex:upper" },
    { root: rig.workspace },
  );
  const session = { workspaceRoot: rig.workspace } as BuildSession;
  expect(chain.ok && (await chain.value[0]?.make(session))).toEqual(
    fail({
      reason: "receipt-missing",
      folder: "infra/trixie/dist/rootfs",
      target: "trixie:rootfs",
    }),
  );
});

it("ends where bases stand on each other", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, {
    ...agentFiles("agents/codex"),
    ...base("bases/lower", "slipway/base:upper"),
    ...base("bases/upper", "slipway/base:lower"),
  });
  expect(await check(rig, { base: "upper", extensions: [] })).toEqual(["image-ring"]);
});

it("is that of an extended image by its name, where no agent has it", async () => {
  await using rig = await openDefinitionRig();
  await rig.write(rig.workspace, {
    ...agentFiles("agents/codex"),
    ...agentFiles("agents/same"),
    ...base("bases/upper", "scratch"),
    ...extensionFiles("extensions/act"),
    "images/review/image-extended.yml": "agent: codex\nbase: upper\nextensions: [act]\n",
    "images/same/image-extended.yml": "agent: codex\nbase: upper\nimage_ref: me/same:1\n",
  });
  const catalogue = await rig.read();
  const of = async (name: string, named?: string) => {
    const links = await planExtended({ name, base: named }, catalogue, { root: rig.workspace });
    return links.ok ? links.value?.map(({ source }) => source.reference) : links.failure;
  };
  const chain = ["slipway/base:upper", "slipway/codex:upper", "slipway/extended:codex--upper--act"];
  expect(await of("review")).toEqual(chain);
  expect(await of("review", "upper")).toEqual(chain);
  expect(await of("review", "other")).toEqual({
    reason: "base-not-for-agent",
    agent: "review",
    base: "other",
    known: ["upper"],
  });
  expect(await of("same")).toBeUndefined();
  expect(await of("codex")).toBeUndefined();
});
