import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import tar from "tar-stream";
import type { Header } from "tar-stream";
import { afterAll, expect, test } from "vitest";
import { readArchive, writeArchive } from "./archive.ts";
import { cachedFolder, isCached, keepModule } from "./module-cache.ts";
import { contentDigest, isModulePath } from "./module-files.ts";
import type { ModuleFile } from "./module-files.ts";
import { readModuleFolder, verifyModule } from "./module-folder.ts";

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

function temporary(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-modules-"));
  made.push(folder);
  return folder;
}

function file(name: string, text: string, isExecutable = false): ModuleFile {
  if (!isModulePath(name)) throw new Error(name);
  return { path: name, isExecutable, bytes: Buffer.from(text) };
}

const files = [file("plugin.ts", "x", true), file("lib/a.ts", "é"), file("module.toml", "")];

test("an archive reads back, and does not depend on the order of its files", async () => {
  const written = await writeArchive(files);
  expect(await writeArchive(files.toReversed())).toEqual(written);
  const read = await readArchive(written);
  expect(read.ok && contentDigest(read.value)).toBe(contentDigest(files));
  expect(read.ok && read.value.map(({ path: name, isExecutable }) => [name, isExecutable])).toEqual(
    [
      ["lib/a.ts", false],
      ["module.toml", false],
      ["plugin.ts", true],
    ],
  );
});

async function refusal(
  ...entries: readonly (readonly [Partial<Header> & { readonly name: string }, string])[]
) {
  const pack = tar.pack();
  for (const [header, text] of entries) pack.entry(header, text);
  pack.finalize();
  const read = await readArchive(await buffer(pack));
  return read.ok ? "taken" : `${read.failure.path}: ${read.failure.problem}`;
}

test.each([
  ["../x", "path-odd"],
  ["/etc/passwd", "path-odd"],
  ["a/../../x", "path-odd"],
  ["a\\..\\x", "path-odd"],
  ["a//b", "path-odd"],
  [".git/hooks/x", "path-odd"],
  ["a/.GIT/config", "path-odd"],
  ["C:x", "path-odd"],
  ["a\u202Eb", "path-odd"],
])("%j in an archive is refused", async (name, problem) => {
  expect(await refusal([{ name }, "x"])).toBe(`${name}: ${problem}`);
});

test("links, devices, doubles and what is file and folder at once are refused", async () => {
  expect(await refusal([{ name: "a", type: "symlink", linkname: "/etc/passwd" }, ""])).toBe(
    "a: not-a-file",
  );
  expect(await refusal([{ name: "a", type: "link", linkname: "b" }, ""])).toBe("a: not-a-file");
  expect(await refusal([{ name: "a", type: "fifo" }, ""])).toBe("a: not-a-file");
  expect(await refusal([{ name: "a" }, "1"], [{ name: "A" }, "2"])).toBe("A: duplicate");
  expect(await refusal([{ name: "a" }, "1"], [{ name: "a/b" }, "2"])).toBe("a/b: file-and-folder");
  expect(await refusal([{ name: "a/b" }, "1"], [{ name: "a" }, "2"])).toBe("a: file-and-folder");
});

test("what is no tar, broken off or too much is refused", async () => {
  expect(await readArchive(Buffer.from("no tar at all".repeat(100)))).toMatchObject({
    failure: { problem: "not-a-tar" },
  });
  const written = await writeArchive([file("a", "x".repeat(5000))]);
  expect(await readArchive(written.subarray(0, 2000))).toMatchObject({
    failure: { problem: "not-a-tar" },
  });
  const many = Array.from({ length: 4001 }, (_, at) => file(`f${at}`, ""));
  expect(await readArchive(await writeArchive(many))).toMatchObject({
    failure: { path: "f999", problem: "too-many" },
  });
});

test("a module lies read-only in the cache under its digest, and what was changed there is not it", async () => {
  const cache = { folder: temporary() };
  const digest = contentDigest(files);
  expect(await isCached(cache, digest)).toBe(false);
  await Promise.all([keepModule(cache, digest, files), keepModule(cache, digest, files)]);
  const folder = cachedFolder(cache, digest);
  expect(statSync(path.join(folder, "plugin.ts")).mode & 0o777).toBe(0o555);
  expect(statSync(path.join(folder, "lib/a.ts")).mode & 0o777).toBe(0o444);
  expect(await verifyModule("lang/x", folder, digest)).toEqual({ ok: true, value: undefined });

  const changed = path.join(folder, "lib/a.ts");
  chmodSync(changed, 0o644);
  writeFileSync(changed, "evil");
  expect(await verifyModule("lang/x", folder, digest)).toMatchObject({
    failure: { reason: "module-changed", module: "lang/x", expected: digest },
  });
  await keepModule(cache, digest, files);
  expect(await isCached(cache, digest)).toBe(true);
  writeFileSync(path.join(folder, "more.ts"), "");
  expect(await isCached(cache, digest)).toBe(false);
});

test("a folder with a link in it is no module", async () => {
  const folder = temporary();
  mkdirSync(path.join(folder, "lib"));
  symlinkSync("/etc/passwd", path.join(folder, "lib/passwd"));
  expect(await readModuleFolder(folder)).toEqual({
    ok: false,
    failure: { path: "lib/passwd", problem: "not-a-file" },
  });
});
