import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { projectFiles, unpackedAmong } from "./project-files.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-files-"));
  await mkdir(path.join(root, "project", "lib"), { recursive: true });
  for (const file of ["secret.js", "project/a.js", "project/b.js"]) {
    await writeFile(path.join(root, file), "");
  }
});
afterEach(async () => rm(root, { recursive: true, force: true }));

test("nothing outside of the project is looked at, nor told of", () => {
  const { isFile } = projectFiles(path.join(root, "project"), []);
  const outside = ["../secret.js", "lib/../../secret.js", path.join(root, "secret.js"), "a.js\0"];
  expect(outside.filter(isFile)).toEqual([]);
  expect(["a.js", "./lib/../b.js", "lib"].filter(isFile)).toEqual(["a.js", "./lib/../b.js"]);
});

test("a file that is packed under any of its names leaves nothing to tell", () => {
  const files = projectFiles(path.join(root, "project"), ["a.js"]);
  expect(unpackedAmong(["b.js", "./a.js"], files)).toBeUndefined();
  expect(unpackedAmong(["c.js", "./b.js"], files)).toBe("b.js");
  expect(unpackedAmong(["c.js"], files)).toBeUndefined();
});
