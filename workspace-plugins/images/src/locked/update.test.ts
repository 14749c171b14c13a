import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { digestOf, fail, ok } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentFiles, baseFiles, openDefinitionRig } from "../../test/definition-rig.ts";
import type { DefinitionRig } from "../../test/definition-rig.ts";
import { readImagesLock } from "../images-lock.ts";
import type { LockEntry, Now } from "./now.ts";
import { pruneLock, readUnused } from "./unused.ts";
import { checkLock, fillLock, outdatedEntries, renewLock, updateLock } from "./update.ts";
import type { LockWorld } from "./update.ts";
import type { LockedImage } from "../images-lock.ts";

const node = "registry.example/node:26";
const tools = "registry.example/tools:1";
const builder = "registry.example/builder:1";

let rig: DefinitionRig;
let asked: string[];
/** What is out there; a version or a digest that is not there is unknown, a digest of "" is missing. */
let versions: Record<string, string>;
let images: Record<string, string>;

beforeEach(async () => {
  rig = await openDefinitionRig();
  asked = [];
  versions = { codex: "1.0.0", gemini: "2.0.0" };
  images = { [node]: "node 26.0", [tools]: "tools 1.0", [builder]: "builder 1.0" };
  const base = (from: string): string =>
    `from_image: ${from}\nbase_image_distro: Debian\nbase_image_description: A base\narchitectures: [amd64]\n`;
  await rig.write(rig.workspace, {
    ...agentFiles("agents/codex", "base_exclude: [empty]\n"),
    ...agentFiles("agents/gemini", "base_exclude: [node, web]\n"),
    ...baseFiles("bases/node"),
    "bases/node/base.yml": base(node),
    ...baseFiles("bases/web"),
    "bases/web/base.yml": base("slipway/base:node"),
    "bases/empty/base.yml": base("scratch"),
    "bases/empty/Dockerfile": `FROM scratch\nCOPY --from=${tools} /a /a\n`,
  });
});
afterEach(async () => rig[Symbol.asyncDispose]());

async function world({ named }: { named?: string } = {}): Promise<LockWorld> {
  return {
    catalogue: await rig.read(),
    builder: named,
    place: { folder: rig.workspace, turnFile: path.join(rig.home, "turn.lock") },
    askImage: async (reference, before): Promise<Now<LockedImage>> => {
      asked.push(reference);
      const content = images[reference];
      if (content === "") return { state: "missing" };
      if (content === undefined)
        return { state: "unknown", because: { reason: "unknown-offline" } };
      const digest = digestOf(content);
      if (digest === before?.digest) return { state: "same" };
      return { state: "changed", value: { digest, platforms: { "linux/amd64": digest } } };
    },
    askVersion: async ({ agent, digest, file }, within) => {
      asked.push(within === undefined ? agent : `${agent} in ${within.digest}`);
      const version = versions[agent];
      return version === undefined
        ? fail({ reason: "version-unknown", agent, file, attempts: [] })
        : ok({ version, source: "builder", definition: digest });
    },
    signal: new AbortController().signal,
    progress: () => {},
  };
}

const all = { names: [], isDryRun: false };
const dryRun = { names: [], isDryRun: true };

async function locked() {
  const lock = await readImagesLock(rig.workspace);
  if (!lock.ok) throw new Error(JSON.stringify(lock));
  const { agents, from_images, builder: image } = lock.value;
  return {
    ...Object.fromEntries(Object.entries(agents).map(([name, { version }]) => [name, version])),
    ...Object.fromEntries(Object.entries(from_images).map(([name, { digest }]) => [name, digest])),
    ...(image === undefined ? {} : { [image.reference]: image.digest }),
  };
}

const whole = {
  codex: "1.0.0",
  gemini: "2.0.0",
  [node]: digestOf("node 26.0"),
  [tools]: digestOf("tools 1.0"),
};

async function stateOf(names: readonly string[] = []) {
  const found = await outdatedEntries(names, await world());
  if (!found.ok) throw new Error(JSON.stringify(found));
  return Object.fromEntries(found.value.map(({ name, now }: LockEntry) => [name, now.state]));
}

test("all is locked that nothing here makes, and a second time nobody is asked", async () => {
  expect(await fillLock(all, await world())).toMatchObject({
    ok: true,
    value: { state: "done", cause: "images-locked", facts: { "agents.codex": "1.0.0" } },
  });
  expect(await locked()).toEqual(whole);
  expect(asked.toSorted()).toEqual(["codex", "gemini", node, tools]);
  asked = [];
  const text = await readFile(path.join(rig.workspace, "slipway.images.lock"), "utf8");
  expect(await fillLock(all, await world())).toMatchObject({
    value: { state: "unchanged", cause: "images-lock-as-it-was", changes: [] },
  });
  expect(asked).toEqual([]);
  expect(await readFile(path.join(rig.workspace, "slipway.images.lock"), "utf8")).toBe(text);
});

test("what is locked stays, whatever is newer, until it is updated", async () => {
  await fillLock(all, await world());
  versions["codex"] = "1.1.0";
  images[node] = "node 26.1";
  await fillLock(all, await world());
  expect(await locked()).toEqual(whole);
  expect(await updateLock(dryRun, await world())).toMatchObject({
    value: {
      cause: "images-lock-planned",
      changes: [
        { entry: "agents.codex", from: "1.0.0", to: "1.1.0" },
        {
          entry: `from_images.${node}`,
          from: digestOf("node 26.0"),
          to: digestOf("node 26.1"),
        },
      ],
    },
  });
  expect(await locked()).toEqual(whole);
  await updateLock(all, await world());
  expect(await locked()).toEqual({ ...whole, codex: "1.1.0", [node]: digestOf("node 26.1") });
});

test("an agent that is named goes with what its bases stand on, and with nothing else", async () => {
  await fillLock({ ...all, names: ["codex"] }, await world());
  expect(asked.toSorted()).toEqual(["codex", node]);
  await fillLock({ ...all, names: ["gemini"] }, await world());
  expect(await locked()).toEqual(whole);
  expect(await fillLock({ ...all, names: ["codxe"] }, await world())).toMatchObject({
    failure: { reason: "definition-unknown", name: "codxe", near: ["codex"], isForLock: true },
  });
});

test("an agent whose version.sh has changed is asked again, and no other", async () => {
  await fillLock(all, await world());
  asked = [];
  await rig.write(rig.workspace, { "agents/codex/version.sh": "#!/bin/sh\necho other\n" });
  versions = { codex: "1.5.0", gemini: "9.9.9" };
  await fillLock(all, await world());
  expect(asked).toEqual(["codex"]);
  expect(await locked()).toEqual({ ...whole, codex: "1.5.0" });
});

test("what nobody knows holds up nothing else, and is told by its entry", async () => {
  versions = { gemini: "2.0.0" };
  images[tools] = "";
  expect(await fillLock(all, await world())).toMatchObject({
    failure: {
      reason: "images-lock-incomplete",
      unknown: [
        { entry: "agents.codex", because: { reason: "version-unknown" } },
        {
          entry: `from_images.${tools}`,
          because: { reason: "image-reference-missing", reference: tools },
        },
      ],
    },
  });
  expect(await locked()).toEqual({ gemini: "2.0.0", [node]: digestOf("node 26.0") });
});

test("a locked entry that nobody knows any more keeps what it has", async () => {
  await fillLock(all, await world());
  versions = {};
  images = { [tools]: "" };
  expect(await updateLock(all, await world())).toMatchObject({ ok: false });
  expect(await locked()).toEqual(whole);
});

test("a broken definition is told, and the others are locked", async () => {
  await rig.write(rig.workspace, { "agents/codex/agent.yml": "speed: 1\n" });
  expect(await fillLock(all, await world())).toMatchObject({
    failure: { unknown: [{ entry: "agents.codex", because: { reason: "definition-invalid" } }] },
  });
  expect(await locked()).toMatchObject({ gemini: "2.0.0", [node]: digestOf("node 26.0") });
});

test("outdated tells same, changed, missing and unknown apart, and writes nothing", async () => {
  await fillLock(all, await world());
  versions = { codex: "1.1.0" };
  images[tools] = "";
  expect(await stateOf()).toEqual({
    codex: "changed",
    gemini: "unknown",
    [node]: "same",
    [tools]: "missing",
  });
  expect(await locked()).toEqual(whole);
});

test("frozen asks nobody, changes nothing, and names each entry and the command that mends it", async () => {
  const file = path.join(rig.workspace, "slipway.images.lock");
  const stale = (missing: readonly string[], changed: readonly string[], command: string) =>
    fail({ reason: "images-lock-stale", file, missing, stale: changed, command });
  expect(await checkLock([], await world())).toEqual(
    stale(
      ["agents.codex", "agents.gemini", `from_images.${node}`, `from_images.${tools}`],
      [],
      "slipway agent lock",
    ),
  );
  await fillLock(all, await world());
  asked = [];
  expect(await checkLock([], await world())).toMatchObject({ value: { state: "unchanged" } });
  await rig.write(rig.workspace, { "agents/codex/version.sh": "echo other\n" });
  expect(await checkLock(["codex"], await world())).toEqual(
    stale([], ["agents.codex"], "slipway agent lock codex"),
  );
  expect(asked).toEqual([]);
});

test("the builder image is locked first, and version.sh is run in the content that is locked", async () => {
  const named = { named: builder };
  await fillLock(all, await world(named));
  expect(asked[0]).toBe(builder);
  expect(asked).toContain(`codex in ${digestOf("builder 1.0")}`);
  expect(await locked()).toEqual({ ...whole, [builder]: digestOf("builder 1.0") });
  images[builder] = "builder 2.0";
  asked = [];
  await updateLock({ ...all, names: ["codex"] }, await world(named));
  expect(asked).toContain(`codex in ${digestOf("builder 2.0")}`);
});

test("a base of the workspace as the builder needs no entry", async () => {
  await fillLock(all, await world({ named: "slipway/base:node" }));
  expect(await locked()).toEqual(whole);
});

test("the workspace's own root file system is no image from elsewhere", async () => {
  const rootfs = { executor: "@slipway/executors:rootfs", options: { reference: node } };
  const push = { executor: "@slipway/executors:rootfs-push", dependsOn: ["rootfs"] };
  const project = { name: "rootfs", targets: { rootfs, push } };
  await rig.write(rig.workspace, { "infra/rootfs/project.json": JSON.stringify(project) });
  await fillLock(all, await world());
  expect(await locked()).not.toHaveProperty([node]);
});

test("a lock that cannot be read is told with every problem, and left alone", async () => {
  const file = path.join(rig.workspace, "slipway.images.lock");
  await writeFile(file, "agents: { codex: { version: 'a b', definition: 1 } }\n");
  expect(await updateLock(all, await world())).toMatchObject({
    failure: { reason: "definition-invalid", problems: [{ line: 1 }, { line: 1 }] },
  });
  expect(asked).toEqual([]);
});

test("of some definitions alone, what they stand on is locked, and what others make is no question", async () => {
  await rig.write(rig.workspace, {
    "extensions/tools/extension.yml": "name: Tools\ndescription: copies them\n",
    "extensions/tools/Dockerfile": `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nCOPY --from=${tools} /a /a\nCOPY --from=slipway/base:node /b /b\n`,
  });
  const only = async (of: NonNullable<LockWorld["only"]>) => {
    asked = [];
    const filled = await fillLock(all, { ...(await world()), only: of });
    return filled.ok ? asked : filled;
  };
  const none = { agents: [], bases: [], extensions: [] };
  expect(await only({ ...none, bases: ["web"] })).toEqual([]);
  expect(await only({ ...none, extensions: ["tools"] })).toEqual([tools]);
  expect(await only({ ...none, agents: ["gemini"] })).toEqual(["gemini"]);
  expect(await only({ ...none, agents: ["gemini"], bases: ["node"] })).toEqual([node]);
  expect(await locked()).toEqual({
    gemini: "2.0.0",
    [node]: whole[node],
    [tools]: whole[tools],
  });
});

test("what nothing is built from is told, and taken out when asked for; the rest of the file stays", async () => {
  await fillLock(all, await world());
  const file = path.join(rig.workspace, "slipway.images.lock");
  const text = await readFile(file, "utf8");
  const codex = text.replace("agents:\n", "agents:\n  # mine\n");
  const definition = digestOf("gone");
  await writeFile(
    file,
    codex
      .replace("  gemini:", `  gone: {version: 1.2.3, definition: "${definition}"}\n  gemini:`)
      .replace(
        "from_images:\n",
        `from_images:\n  registry.example/old:1: {digest: "${definition}"}\n`,
      ),
  );
  expect(await readUnused(await world())).toEqual(
    ok([
      { kind: "agent", name: "gone", locked: "1.2.3" },
      { kind: "from_image", name: "registry.example/old:1", locked: definition },
    ]),
  );
  expect(await pruneLock(await world())).toMatchObject({
    ok: true,
    value: {
      cause: "images-lock-pruned",
      changes: [
        { entry: "agents.gone", from: "1.2.3" },
        { entry: "from_images.registry.example/old:1", from: definition },
      ],
    },
  });
  expect(await readFile(file, "utf8")).toBe(codex);
  expect(await pruneLock(await world())).toMatchObject({ value: { state: "unchanged" } });
});

test("while a definition is broken no image is taken out: it may be the one that names it", async () => {
  await fillLock(all, await world());
  const before = await locked();
  await writeFile(path.join(rig.workspace, "bases/node/base.yml"), "no: base\n");
  expect(await pruneLock(await world())).toMatchObject({ value: { state: "unchanged" } });
  expect(await locked()).toEqual(before);
});

test("where somebody does not say what is newer, a lock that has all will do; one that has not fails", async () => {
  const told: string[] = [];
  const renew = async () =>
    renewLock(all, await world(), async ({ reason }) => void told.push(reason));
  await fillLock(all, await world());
  versions = { codex: "1.1.0" };
  expect(await renew()).toMatchObject({ ok: true });
  expect(told).toEqual(["images-lock-incomplete"]);
  expect(await locked()).toEqual({ ...whole, codex: "1.1.0" });
  await rig.write(rig.workspace, { "agents/gemini/version.sh": "echo other\n" });
  expect(await renew()).toMatchObject({ failure: { reason: "images-lock-incomplete" } });
  expect(told).toHaveLength(1);
});
