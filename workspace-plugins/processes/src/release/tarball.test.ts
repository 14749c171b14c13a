import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import tar from "tar-stream";
import { readTarball } from "./tarball.ts";
import type { Tarball } from "./tarball.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-tarball-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function write(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const pack = tar.pack();
  for (const [each, text] of Object.entries(files)) {
    pack.entry({ name: each, mode: each.endsWith(".sh") ? 0o755 : 0o644 }, text);
  }
  pack.finalize();
  const file = path.join(folder, name);
  await writeFile(file, gzipSync(await buffer(pack)));
  return file;
}

async function open(file: string): Promise<Tarball> {
  const read = await readTarball(file);
  if (!read.ok) throw new Error(read.failure);
  return read.value;
}

const packageJson = `{"version":"1.2.0","name":"cli","bin":"run.sh"}`;

test("a tarball is read whatever its folder is called", async () => {
  const file = await write("a.tgz", { "x/package.json": packageJson, "x/dist/ids.json": "{}" });
  const read = await open(file);
  expect(read.packageJson).toMatchObject({ name: "cli", version: "1.2.0", private: false });
  expect(read.textOf("dist/ids.json")).toBe("{}");
  expect(read.textOf("ids.json")).toBeUndefined();
});

test("under another version all else is as it was, and the bytes are the same each time", async () => {
  const file = await write("b.tgz", { "package/package.json": packageJson, "package/run.sh": "x" });
  const read = await open(file);
  const bytes = await read.withVersion("1.3.1");
  expect(Buffer.from(bytes).equals(await read.withVersion("1.3.1"))).toBe(true);
  const patched = path.join(folder, "c.tgz");
  await writeFile(patched, bytes);
  const again = await open(patched);
  const written: unknown = JSON.parse(again.textOf("package.json") ?? "");
  expect(written).toEqual({ name: "cli", version: "1.3.1", bin: "run.sh" });
  expect(again.textOf("run.sh")).toBe("x");
  const sha512 = createHash("sha512").update(bytes).digest("base64");
  expect(again.integrity).toBe(`sha512-${sha512}`);
});

test("what is no package is said to be none", async () => {
  const noPackage = await write("d.tgz", { "package/package.json": "{}" });
  expect(await readTarball(noPackage)).toMatchObject({ ok: false });
  const noTar = path.join(folder, "e.tgz");
  await writeFile(noTar, "<html>");
  expect(await readTarball(noTar)).toMatchObject({ ok: false });
});
