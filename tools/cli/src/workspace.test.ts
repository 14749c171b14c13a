import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findWorkspace } from "./workspace.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-workspace-"));
  await mkdir(path.join(root, "inner/deep/er"), { recursive: true });
});
afterEach(async () => rm(root, { recursive: true }));

test("a workspace is the folder itself, or the nearest one above, that holds an nx.json", async () => {
  await writeFile(path.join(root, "nx.json"), "{}");
  expect(findWorkspace(root)).toBe(root);
  expect(findWorkspace(path.join(root, "inner/deep/er"))).toBe(root);
  await writeFile(path.join(root, "inner/nx.json"), "{}");
  expect(findWorkspace(path.join(root, "inner/deep/er"))).toBe(path.join(root, "inner"));
});

test("where there is none, the folder itself stands in for it", () => {
  const folder = path.join(root, "inner/deep");
  expect(findWorkspace(folder)).toBe(folder);
  expect(findWorkspace("/")).toBe("/");
});
