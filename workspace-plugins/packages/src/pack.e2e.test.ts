import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startRegistryRig } from "@slipway/registry/rig";
import { afterEach, beforeEach, expect, test } from "vitest";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-pack-"));
  await mkdir(path.join(root, "model"));
  const language = { name: "python" };
  const manifest = { name: "model", version: "1.0.0", language, files: { include: ["weights"] } };
  await writeFile(path.join(root, "model/aigogo.json"), JSON.stringify(manifest));
  await writeFile(path.join(root, "model/weights"), "");
});
afterEach(async () => rm(root, { recursive: true, force: true }));

test("a package larger than memory is packed and pushed", async () => {
  await using served = await startRegistryRig();
  const sizeBytes = 300 * 1024 ** 2;
  await truncate(path.join(root, "model/weights"), sizeBytes);
  const script = path.join(import.meta.dirname, "../test/pack-and-push.ts");
  const words = ["--max-old-space-size=64", script, root, "model", `${served.host}/agents/model`];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  expect(Number(stdout)).toBeLessThan(sizeBytes);
});
