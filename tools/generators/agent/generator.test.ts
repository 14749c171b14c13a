import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Tree } from "@nx/devkit";
import { createTreeWithEmptyWorkspace } from "@nx/devkit/testing";
import { makeAgent } from "@slipway/images";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import agent from "./generator.ts";

const qwen = {
  name: "qwen",
  package: "@qwen-code/qwen-code",
  agentVersion: "1.2.3",
  fullName: "Qwen Code",
  homepage: "https://qwen.example/code",
};
const folder = "examples/agents/qwen";

/** What the generator wrote, as files of a workspace with the modes that it asked for. */
async function writtenTo(tree: Tree): Promise<AsyncDisposable & { readonly root: string }> {
  const root = await mkdtemp(path.join(tmpdir(), "slipway-agent-"));
  for (const change of tree.listChanges().filter(({ type }) => type === "CREATE")) {
    const file = path.join(root, change.path);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, change.content ?? "");
    await chmod(file, Number(change.options?.mode ?? 0o644));
  }
  return {
    root,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** The images package reads all of an agent before it says that its base has not been made. */
function readByImages(workspaceRoot: string, named = { name: "qwen", folder }) {
  const base = {
    name: "none",
    reference: "slipway/base:none",
    layout: "none",
    target: "none:image",
  };
  const request = { ...named, project: named.name, layout: "dist", base };
  return makeAgent({ workspaceRoot } as Parameters<typeof makeAgent>[0], request);
}

async function failureOf(tree: Tree, options: unknown): Promise<string> {
  const before = tree.listChanges().length;
  const thrown: unknown = await agent(tree, options).catch((error: unknown) => error);
  expect(tree.listChanges()).toHaveLength(before);
  return thrown instanceof Error ? thrown.message : "no failure";
}

describe("the agent generator", () => {
  test("writes four files, its scripts executable", async () => {
    const tree = createTreeWithEmptyWorkspace();
    await agent(tree, qwen);
    const written = tree.listChanges().filter((change) => change.path.startsWith(folder));
    const modes = written.map(({ path: file, options }) => [path.basename(file), options?.mode]);
    expect(Object.fromEntries(modes)).toEqual({
      VERSION: 0o644,
      "agent.yml": 0o644,
      "install.sh": 0o755,
      "version.sh": 0o755,
    });
    expect(tree.read(`${folder}/agent.yml`, "utf8")).toBe(
      "agent_full_name: Qwen Code\nagent_homepage: https://qwen.example/code\n",
    );
  });

  test("installs the named npm package at the version of the build", async () => {
    const tree = createTreeWithEmptyWorkspace();
    await agent(tree, qwen);
    expect(tree.read(`${folder}/install.sh`, "utf8")?.split("\n").at(-2)).toBe(
      'npm install --global --no-fund --no-audit --loglevel=error "@qwen-code/qwen-code@${AGENT_VERSION}"',
    );
  });

  test("writes a version.sh that prints the pinned version from any folder", async () => {
    const tree = createTreeWithEmptyWorkspace();
    await agent(tree, qwen);
    await using written = await writtenTo(tree);
    const script = path.join(written.root, folder, "version.sh");
    expect(execFileSync(script, { cwd: "/", encoding: "utf8" })).toBe("1.2.3\n");
  });

  test.for(["Qwen Code", "yes", "1.0", "a: b # c", '"quoted" \\', "日本", "x".repeat(300)])(
    "writes an agent.yml that the images package reads: %s",
    async (fullName) => {
      const tree = createTreeWithEmptyWorkspace();
      await agent(tree, { ...qwen, fullName });
      await using written = await writtenTo(tree);
      expect(await readByImages(written.root)).toMatchObject({
        ok: false,
        failure: { reason: "receipt-missing", target: "none:image" },
      });
      const text = tree.read(`${folder}/agent.yml`, "utf8") ?? "";
      expect(parse(text)).toMatchObject({ agent_full_name: fullName });
    },
  );

  test("writes into the directory that is named", async () => {
    const tree = createTreeWithEmptyWorkspace();
    await agent(tree, { ...qwen, directory: "agents" });
    expect(tree.exists("agents/qwen/agent.yml")).toBe(true);
    expect(tree.exists("examples")).toBe(false);
  });

  test("overwrites nothing", async () => {
    const tree = createTreeWithEmptyWorkspace();
    tree.write(`${folder}/notes.md`, "mine\n");
    expect(await failureOf(tree, qwen)).toBe(
      [
        `✗ ${folder} is there already, and nothing was written`,
        "  → choose another name or directory, or remove the folder",
        "",
      ].join("\n"),
    );
  });

  test("tells every problem of its options at once", async () => {
    const tree = createTreeWithEmptyWorkspace();
    const wrong = { ...qwen, agentVersion: "latest", package: '"; rm -rf /', directory: "../out" };
    expect(await failureOf(tree, { ...wrong, unknown: true })).toBe(
      [
        "✗ the options are not what this generator takes",
        "  1  package: must be the name of an npm package",
        "  2  agentVersion: must be one version, such as 1.2.3",
        "  3  directory: must be a folder of the workspace",
        '  4  options: Unrecognized key: "unknown"',
        "  → npx nx generate <generator> --help lists them",
        "",
      ].join("\n"),
    );
  });
});
