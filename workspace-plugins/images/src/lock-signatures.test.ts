import { execFileSync } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ProjectGraph, ProjectGraphProjectNode } from "@nx/devkit";
import { digestOf, openTree, signWorkspace, writeFileAtomically } from "@slipway/signature";
import type { Digest } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { formatImagesLock } from "./locked/format-lock.ts";
import type { ImagesLock } from "./images-lock.ts";
import { createNodes } from "./plugin.ts";

const { signal } = new AbortController();
const repository = path.join(import.meta.dirname, "../../..");
const agentYml = "agent_full_name: Agent\nagent_homepage: https://agent.example\n";
const baseYml = (from: string): string =>
  `from_image: ${from}\nbase_image_distro: Debian\nbase_image_description: x\narchitectures: [amd64]\n`;
const files: Readonly<Record<string, string>> = {
  "bases/node/base.yml": baseYml("registry.example/node:26"),
  "bases/node/Dockerfile":
    "ARG FROM_IMAGE\nFROM ${FROM_IMAGE}\nCOPY --from=registry.example/tools:1 /a /a\n",
  "bases/slim/base.yml": baseYml("registry.example/slim:1"),
  "bases/slim/Dockerfile": "ARG FROM_IMAGE\nFROM ${FROM_IMAGE}\n",
  "agents/codex/agent.yml": agentYml,
  "agents/gemini/agent.yml": `${agentYml}base_exclude: [slim]\n`,
  "images/full/image-extended.yml": "agent: codex\nbase: slim\n",
};
const agent = { version: "1.0.0", source: "builder", definition: digestOf("version.sh") } as const;
const image = { digest: digestOf("image"), platforms: {} };
const before: ImagesLock = {
  agents: { codex: agent, gemini: agent },
  builder: { reference: "registry.example/builder:1", digest: digestOf("builder") },
  from_images: {
    "registry.example/node:26": image,
    "registry.example/slim:1": image,
    "registry.example/tools:1": image,
    "registry.example/unused:1": image,
  },
};

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-lock-signatures-"));
  execFileSync("git", ["init", "--quiet", root]);
  // It has the versions of the tools that images are made with.
  await copyFile(path.join(repository, "package-lock.json"), path.join(root, "package-lock.json"));
  for (const [file, text] of Object.entries(files)) await write(file, text);
});
afterEach(async () => rm(root, { recursive: true }));

async function write(file: string, text: string): Promise<void> {
  await writeFileAtomically(path.join(root, file), text);
}

/** The targets that build something, by name, each with its signature. */
async function signaturesWith(lockText: string): Promise<ReadonlyMap<string, Digest>> {
  await write("slipway.images.lock", lockText);
  const tree = await openTree(root, { cacheFile: undefined, signal });
  if (!tree.ok) throw new Error(JSON.stringify(tree.failure));
  const signed = await signWorkspace({
    tree: tree.value,
    graph: await graphOf([...Object.keys(files), "slipway.images.lock"]),
    namedInputs: {},
    environment: {},
    signal,
  });
  if (!signed.ok) throw new Error(JSON.stringify(signed.failure));
  return new Map(
    [...signed.value].flatMap(([id, target]) => {
      if (!/:image/.test(id)) return [];
      if (!target.ok) throw new Error(JSON.stringify(target.failure));
      return [[id, target.value.own()]];
    }),
  );
}

async function graphOf(definitions: readonly string[]): Promise<ProjectGraph> {
  const context = { workspaceRoot: root, nxJsonConfiguration: {} };
  const found = await createNodes[1](definitions, {}, context);
  const nodes: Record<string, ProjectGraphProjectNode> = {};
  for (const [, { projects = {} }] of found) {
    for (const { name = "", root: folder = "", ...project } of Object.values(projects)) {
      nodes[name] = { name, type: "lib", data: { ...project, name, root: folder } };
    }
  }
  return { nodes, dependencies: {}, externalNodes: {} };
}

test.each<[string, Partial<ImagesLock>, readonly string[]]>([
  [
    "another version of an agent",
    { agents: { codex: { ...agent, version: "1.1.0" }, gemini: agent } },
    ["codex:image-node", "codex:image-slim"],
  ],
  [
    "where a version was found out",
    { agents: { codex: { ...agent, source: "host" }, gemini: agent } },
    [],
  ],
  ["an agent that is locked no more", { agents: { codex: agent } }, ["gemini:image-node"]],
  [
    "another digest of what a base stands on",
    {
      from_images: {
        ...before.from_images,
        "registry.example/slim:1": { ...image, digest: digestOf("x") },
      },
    },
    ["slim:image"],
  ],
  [
    "another digest of what a Dockerfile copies from",
    {
      from_images: {
        ...before.from_images,
        "registry.example/tools:1": { ...image, digest: digestOf("x") },
      },
    },
    ["node:image"],
  ],
  [
    "an image that nothing stands on",
    {
      from_images: {
        ...before.from_images,
        "registry.example/unused:1": { ...image, digest: digestOf("x") },
      },
    },
    [],
  ],
  [
    "another builder image",
    { builder: { reference: "registry.example/b:2", digest: digestOf("x") } },
    [],
  ],
])(
  "%s is an ingredient of what is built from it, and of nothing else",
  async (_, change, expected) => {
    const first = await signaturesWith(formatImagesLock(before));
    const second = await signaturesWith(formatImagesLock({ ...before, ...change }));
    const changed = [...second].filter(([id, signature]) => first.get(id) !== signature);
    expect(changed.map(([id]) => id)).toEqual(expected);
    expect([...second.keys()].toSorted()).toEqual([
      "codex:image",
      "codex:image-node",
      "codex:image-slim",
      "full:image",
      "gemini:image",
      "gemini:image-node",
      "node:image",
      "slim:image",
    ]);
  },
);

test("a comment in the lock, and its layout, are no ingredient", async () => {
  const text = formatImagesLock(before);
  const first = await signaturesWith(text);
  const second = await signaturesWith(`# Why.\n\n${text}`);
  expect([...second]).toEqual([...first]);
});
