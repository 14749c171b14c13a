import { ok } from "../result.ts";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { never, openGitRig } from "../../test/rig.ts";
import type { Rig } from "../../test/rig.ts";
import { actionsFolder, recordActions } from "../action-records.ts";
import { digestOf } from "../digest.ts";
import { graphKey } from "../graph-key.ts";
import type { Derivation } from "../nx-targets.ts";
import { allSigned } from "../sign-targets.ts";
import { signDerivation } from "../sign-workspace.ts";
import { renderSignatures, writeSignatures } from "../signature-file.ts";
import { definitionsFile, storeDefinitions } from "../stored-definitions.ts";
import { openWorkspaceTree, treeCacheFile } from "../tree/workspace-tree.ts";
import { readSnapshot, writeSnapshot } from "../tree/snapshot-file.ts";
import { writeAnswer } from "../watch/messages.ts";
import { identityOf, placeOf } from "../watch/place.ts";
import { serveLines } from "../watch/socket.ts";
import type { CacheName } from "./lies.ts";
import { verifyWorkspace } from "./verify-workspace.ts";

const derivation: Derivation = {
  definitions: [
    {
      id: "app:pack",
      project: "app",
      projectRoot: "app",
      executor: "@slipway/executors:pack",
      options: {},
      inputs: {
        filesets: [{ patterns: ["app/**"], includesIgnored: false }],
        env: [],
        tools: [],
      },
      outputs: ["app/dist"],
      upstreams: [],
      isCached: true,
    },
    {
      id: "app:signature",
      project: "app",
      projectRoot: "app",
      executor: "@slipway/executors:signature",
      options: {},
      inputs: { filesets: [], env: [], tools: [] },
      outputs: ["app/dist/signatures.json"],
      upstreams: [],
      isCached: true,
    },
  ],
  failures: new Map(),
};

function signaturesFile(root: string): string {
  return path.join(root, "app", "dist", "signatures.json");
}

/** A workspace in which every cache has something. */
async function openWorkspace(): Promise<Rig> {
  const rig = openGitRig({
    "app/a.txt": "a",
    "app/b.txt": "b",
    "nx.json": "{}",
    ".gitignore": ".slipway\ndist\n",
  });
  // Two openings: of files that changed just now nothing is remembered the first time.
  for (let opening = 0; opening < 2; opening += 1) await fill(rig.root);
  return rig;
}

/** `remembered` is what the tree is told instead of what it is to remember. */
async function fill(root: string, remembered = (value: string) => value): Promise<void> {
  const tree = await openWorkspaceTree(root, never);
  if (!tree.ok) throw new Error(tree.failure.reason);
  const memo = {
    get: () => undefined,
    set: (key: string, value: string) => tree.value.memo.set(key, remembered(value)),
  };
  const signed = await signDerivation(derivation, {
    tree: { ...tree.value, listing: tree.value.listing, memo },
    environment: {},
    signal: never,
  });
  const all = signed.ok ? allSigned(signed.value) : signed;
  if (!all.ok) throw new Error(all.failure.reason);
  const key = await graphKey(tree.value, {}, never);
  if (key === undefined) throw new Error("no key");
  await storeDefinitions(definitionsFile(root), key, derivation);
  const actions = await Promise.all([...all.value.values()].map((one) => one.action()));
  await recordActions(actionsFolder(root), actions);
  const targets = new Map([...all.value].map(([id, one]) => [id, one.signature]));
  await writeSignatures(signaturesFile(root), renderSignatures(targets, new Map()));
  await tree.value.digestOfFolder("");
  await tree.value.save();
}

/** The caches that lie, each with what about. */
async function liars(rig: Rig): Promise<Readonly<Partial<Record<CacheName, readonly string[]>>>> {
  const verified = await verifyWorkspace({
    root: rig.root,
    environment: {},
    otherEnvironment: {},
    derive: async () => ok(derivation),
    signJobs: async () => new Map(),
    signal: never,
  });
  if (!verified.ok) throw new Error(verified.failure.reason);
  const lying = verified.value.filter(({ lies }) => lies.length > 0);
  return Object.fromEntries(
    lying.map(({ cache, lies }) => [cache, lies.map(({ subject }) => subject)]),
  );
}

function edit(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

test("caches that are right are counted", async () => {
  using rig = await openWorkspace();
  const verified = await verifyWorkspace({
    root: rig.root,
    environment: {},
    otherEnvironment: {},
    derive: async () => ok(derivation),
    signJobs: async () => new Map(),
    signal: never,
  });
  expect(
    verified.ok && verified.value.map(({ cache, count, lies }) => [cache, count, lies]),
  ).toEqual([
    ["file-digests", 4, []],
    ["folder-digests", 1, []],
    ["input-roots", 2, []],
    ["jobs", 0, []],
    ["definitions", 2, []],
    ["signatures", 2, []],
    ["records", 2, []],
    ["watcher", 0, []],
  ]);
});

test("caches that are not there say nothing", async () => {
  using rig = await openWorkspace();
  rmSync(path.join(rig.root, ".slipway"), { recursive: true });
  rmSync(path.join(rig.root, "app", "dist"), { recursive: true });
  expect(await liars(rig)).toEqual({});
});

test("a digest in the cache of the tree that is not that of the file", async () => {
  using rig = await openWorkspace();
  const file = treeCacheFile(rig.root);
  const snapshot = readSnapshot(file);
  if (snapshot === undefined) throw new Error("no snapshot");
  const bytes = Buffer.from(snapshot.buffer);
  const at = bytes.indexOf(Buffer.from(digestOf("a").slice("sha256:".length), "hex"));
  expect(at).toBeGreaterThan(0);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeSnapshot(file, snapshot);
  expect(await liars(rig)).toMatchObject({ "file-digests": ["app/a.txt"] });
});

test("inputs of a target that are remembered with another root", async () => {
  using rig = await openWorkspace();
  await fill(rig.root, (value) => {
    const [versions, , sizeBytes] = value.split(" ");
    return [versions, digestOf("another"), sizeBytes].join(" ");
  });
  expect(await liars(rig)).toEqual({ "input-roots": ["app:pack", "app:signature"] });
});

test("a definition that Nx would not give", async () => {
  using rig = await openWorkspace();
  const file = definitionsFile(rig.root);
  edit(file, (text) => {
    const [key, , body = ""] = text.split("\n");
    const other = body.replace("app/dist", "app/out");
    return [key, digestOf(other), other, ""].join("\n");
  });
  expect(await liars(rig)).toEqual({ definitions: ["app:pack"] });
});

test("a signature in the written file, unless a file has changed since", async () => {
  using rig = await openWorkspace();
  const file = signaturesFile(rig.root);
  edit(file, (text) => text.replace(/sha256:./, "sha256:x"));
  expect(await liars(rig)).toEqual({ signatures: ["app:pack"] });
  rig.write("app/a.txt", "another");
  expect(await liars(rig)).toEqual({});
});

test("a damaged record", async () => {
  using rig = await openWorkspace();
  const folder = path.join(actionsFolder(rig.root), "app%3Apack");
  for (const name of readdirSync(folder))
    edit(path.join(folder, name), (text) => text.slice(0, 99));
  expect(await liars(rig)).toEqual({ records: ["app:pack"] });
});

test("a watcher that has not heard of something", async () => {
  using rig = await openWorkspace();
  const place = placeOf(rig.root);
  mkdirSync(place.folder, { recursive: true });
  const socket = path.join(place.folder, "s");
  const identity = identityOf(rig.root) ?? "";
  await using _server = await serveLines(socket, async () =>
    writeAnswer(identity, {
      state: "answered",
      tree: { digest: digestOf("old"), sizeBytes: 1 },
    }),
  );
  writeFileSync(place.address, socket);
  expect(existsSync(socket)).toBe(true);
  expect(await liars(rig)).toEqual({ watcher: ["the whole tree"] });
});
