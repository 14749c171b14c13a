import { spawnSync } from "node:child_process";
import { lstat, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { replaceFolder, writeFileAtomically, writeJson } from "./files.ts";
import { readTextIfPresent } from "./read-text.ts";
import { fail, ok } from "./result.ts";

let root: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-files-"));
  folder = path.join(root, "out");
});
afterEach(async () => rm(root, { recursive: true }));

async function fillWith(text: string, partial: string): Promise<{ ok: true; value: string }> {
  await writeFile(path.join(partial, "file"), text);
  return ok(text);
}

async function seen(): Promise<readonly [files: readonly string[], text: string | undefined]> {
  return [await readdir(root), await readTextIfPresent(path.join(folder, "file"))];
}

describe("writeFileAtomically", () => {
  test("replaces a link, and leaves what it leads to", async () => {
    const [file, other] = [path.join(root, "file"), path.join(root, "other")];
    await writeFile(other, "theirs");
    await symlink(other, file);
    await writeFileAtomically(file, "ours");
    expect(await Promise.all([file, other].map(readTextIfPresent))).toEqual(["ours", "theirs"]);
    expect((await lstat(file)).isFile()).toBe(true);
  });

  test("follows one that is a person's own", async () => {
    const [file, other] = [path.join(root, "file"), path.join(root, "other")];
    await writeFile(other, "theirs");
    await symlink(other, file);
    await writeFileAtomically(file, "ours", { followsLink: true });
    expect(await readTextIfPresent(other)).toBe("ours");
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
  });
});

describe("replaceFolder", () => {
  test("puts a new folder in place, and another one over it", async () => {
    expect(await replaceFolder(folder, (partial) => fillWith("one", partial))).toEqual(ok("one"));
    expect(await replaceFolder(folder, (partial) => fillWith("two", partial))).toEqual(ok("two"));
    expect(await seen()).toEqual([["out"], "two"]);
  });

  test("leaves what was there when it fails, and nothing half-built", async () => {
    await replaceFolder(folder, (partial) => fillWith("one", partial));
    const failed = await replaceFolder(folder, async (partial) => {
      await fillWith("two", partial);
      return fail("no");
    });
    expect(failed).toEqual(fail("no"));
    const thrown = replaceFolder(folder, async () => {
      throw new Error("stop");
    });
    await expect(thrown).rejects.toThrow("stop");
    expect(await seen()).toEqual([["out"], "one"]);
  });

  test("lets many write at once: one of them stays, whole", async () => {
    const texts = Array.from({ length: 8 }, (_, at) => `text ${at}`);
    await Promise.all(
      texts.map((text) => replaceFolder(folder, (partial) => fillWith(text, partial))),
    );
    const [files, text] = await seen();
    expect(files).toEqual(["out"]);
    expect(texts).toContain(text);
  });

  test("removes what a killed process left, and not what a living one builds", async () => {
    const { pid: gone } = spawnSync("true");
    await mkdir(`${folder}.partial-${gone}-abc`);
    await mkdir(`${folder}.partial-${process.ppid}-abc`);
    await replaceFolder(folder, (partial) => fillWith("one", partial));
    expect((await readdir(root)).toSorted()).toEqual(["out", `out.partial-${process.ppid}-abc`]);
  });
});

test("writeJson makes the folders, and ends with a newline", async () => {
  const file = path.join(root, "a", "b.json");
  await writeJson(file, { b: [1] });
  expect(await readFile(file, "utf8")).toBe('{\n  "b": [\n    1\n  ]\n}\n');
});
