import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findProject } from "./find-manifest.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "slipway-find-"));
  await mkdir(path.join(home, "project", "lib", "deep"), { recursive: true });
  await mkdir(path.join(home, "other"));
  await writeFile(path.join(home, "project", "aigogo.json"), "{}");
});
afterEach(async () => rm(home, { recursive: true, force: true }));

test("the nearest manifest above is the project's", async () => {
  const project = path.join(home, "project");
  expect(await findProject(path.join(project, "lib", "deep"), home)).toBe(project);
  expect(await findProject(project, home)).toBe(project);
  expect(await findProject(path.join(home, "other"), home)).toBeUndefined();
});

test("a manifest in the home folder is for those who stand there", async () => {
  await writeFile(path.join(home, "aigogo.json"), "{}");
  expect(await findProject(home, home)).toBe(home);
  expect(await findProject(path.join(home, "other"), home)).toBeUndefined();
});
