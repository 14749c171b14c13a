import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createTreeWithEmptyWorkspace } from "@nx/devkit/testing";
import { bundleProcess, parseDefinition } from "@slipway/processes";
import { expect, test } from "vitest";
import aoProcess from "./generator.ts";

test("what is written is a definition that is read, and Lua that bundles without a doubt", async () => {
  const tree = createTreeWithEmptyWorkspace();
  await aoProcess(tree, { name: "counter", directory: "apps" });
  const workspaceRoot = await mkdtemp(path.join(tmpdir(), "slipway-ao-process-"));
  try {
    for (const { path: file, content } of tree.listChanges()) {
      const at = path.join(workspaceRoot, file);
      await mkdir(path.dirname(at), { recursive: true });
      await writeFile(at, content ?? "");
    }
    const text = await readFile(path.join(workspaceRoot, "apps/counter/ao.yml"), "utf8");
    expect(parseDefinition(text, "apps/counter/ao.yml")).toMatchObject({ ok: true });
    const bundled = await bundleProcess({ workspaceRoot, projectRoot: "apps/counter" });
    expect(bundled).toMatchObject({ ok: true, value: { facts: { handlers: "Count, Info" } } });
    expect(bundled.ok && "doubts" in bundled.value.facts).toBe(false);
  } finally {
    await rm(workspaceRoot, { recursive: true, force: true });
  }
});

test("a folder that is there and a name that cannot be one are refused, and nothing is written", async () => {
  const tree = createTreeWithEmptyWorkspace();
  tree.write("examples/counter/notes.md", "mine\n");
  const before = tree.listChanges().length;
  await expect(aoProcess(tree, { name: "counter" })).rejects.toThrow("is there already");
  await expect(aoProcess(tree, { name: "My Counter", directory: "../x" })).rejects.toThrow(
    /name: must be lower-case[^]*directory: must be a folder/,
  );
  expect(tree.listChanges()).toHaveLength(before);
});

test.each([
  ["apps/deep/counter/agent.yml", "{}", "apps/deep/counter"],
  ["apps/other/project.json", '{"name":"counter"}', "apps/other"],
])("a name that the project of %s has is refused", async (file, text, folder) => {
  const tree = createTreeWithEmptyWorkspace();
  tree.write(file, text);
  await expect(aoProcess(tree, { name: "counter" })).rejects.toThrow(
    `there is a project counter already, and nothing was written\n  folder  ${folder}\n`,
  );
  expect(tree.exists("examples/counter/ao.yml")).toBe(false);
});
