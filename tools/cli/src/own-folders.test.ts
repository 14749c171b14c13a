import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ownFolders } from "./own-folders.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-own-"));
});
afterEach(async () => rm(root, { recursive: true }));

async function check(
  present: readonly string[],
  roots: readonly string[],
  expected: readonly string[],
): Promise<void> {
  for (const folder of present) await mkdir(path.join(root, folder), { recursive: true });
  expect(ownFolders(root, roots)).toEqual(expected);
}

test("ours are the outputs of every project, those of the workspace, and the caches", async () => {
  const own = ["app/dist", "app/.aigogo", "dist", ".slipway", ".nx"];
  await check(
    [...own, "tools/dist"],
    ["app", "tools"],
    ["app/dist", "app/.aigogo", "tools/dist", "dist", ".slipway", ".nx"],
  );
});

test("what lies beside a project, or holds no project, is not ours", async () => {
  await check(["app/src/dist", "other/dist", "node_modules", ".git"], ["app"], []);
});

test("a project at the root of the workspace adds no folder twice", async () => {
  await check(["dist", ".aigogo"], ["."], ["dist", ".aigogo"]);
});
