import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packPackage } from "./pack.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-pack-"));
  const manifest = { name: "demo", version: "1.0.0", language: { name: "python" } };
  await mkdir(path.join(root, "demo"));
  const files = { include: ["*.py"] };
  await writeFile(path.join(root, "demo/aigogo.json"), JSON.stringify({ ...manifest, files }));
  await writeFile(path.join(root, "demo/a.py"), "x = 1\n");
});
afterEach(async () => rm(root, { recursive: true }));

const pack = () =>
  packPackage({
    workspaceRoot: root,
    projectRoot: "demo",
    signal: new AbortController().signal,
  });

test("a dist that leads out of the project is not written through", async () => {
  await mkdir(path.join(root, "other/pack"), { recursive: true });
  await writeFile(path.join(root, "other/pack/kept"), "kept");
  const dist = path.join(root, "demo/dist");
  await symlink("../other", dist);
  const failure = { reason: "output-escapes", folder: dist, target: path.join(root, "other") };
  expect(await pack()).toEqual({ ok: false, failure });
  expect(await readFile(path.join(root, "other/pack/kept"), "utf8")).toBe("kept");
  expect(await readdir(path.join(root, "other"))).toEqual(["pack"]);
});

test("a dist that is a folder, or is not there, holds what is packed", async () => {
  expect(await pack()).toMatchObject({ ok: true });
  expect(await pack()).toMatchObject({ ok: true });
  expect(await readdir(path.join(root, "demo/dist/pack"))).toContain("receipt.json");
});
