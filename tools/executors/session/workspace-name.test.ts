import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { readWorkspaceName } from "./workspace-name.ts";

test("a workspace has the name of its package.json, wherever it lies", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "slipway-name-"));
  await writeFile(path.join(folder, "package.json"), '{"name":"fleet","private":true}');
  expect(readWorkspaceName(folder)).toBe("fleet");
  await writeFile(path.join(folder, "package.json"), '{"name":""}');
  expect(() => readWorkspaceName(folder)).toThrow("Too small");
  await rm(folder, { recursive: true });
});
