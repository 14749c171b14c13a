import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { namesIn } from "./names-in.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-names-"));
});
afterEach(async () => rm(folder, { recursive: true }));

it("tells the names in a folder in order, and none of what is no folder", async () => {
  for (const name of ["b", "a", "c"]) await writeFile(path.join(folder, name), "");
  expect(await namesIn(folder)).toEqual(["a", "b", "c"]);
  expect(await namesIn(path.join(folder, "gone"))).toEqual([]);
  expect(await namesIn(path.join(folder, "a"))).toEqual([]);
});

it("does not hide that a folder could not be read", async () => {
  await expect(namesIn("x".repeat(5000))).rejects.toMatchObject({ code: "ENAMETOOLONG" });
});
