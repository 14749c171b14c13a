import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeFileAtomically } from "@slipway/signature";
import { afterEach, beforeEach, expect, test } from "vitest";
import { projectNames } from "./project-names.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-names-"));
});
afterEach(async () => rm(root, { recursive: true, force: true }));

async function namesIn(files: Readonly<Record<string, string>>, folders: readonly string[]) {
  for (const [file, text] of Object.entries(files)) {
    await writeFileAtomically(path.join(root, file), text);
  }
  return Object.fromEntries(await projectNames(root, folders));
}

const named = (name: string) => JSON.stringify({ name });

test("a project is named by its project.json, by a package.json that npm knows, or by its folder", async () => {
  const files = {
    "package.json": JSON.stringify({ workspaces: ["./packages/*", "!packages/hidden"] }),
    "packages/known/package.json": named("@team/known"),
    "packages/hidden/package.json": named("@team/hidden"),
    "shipped/package.json": named("@team/shipped"),
    "both/project.json": named("by-project"),
    "both/package.json": named("@team/both"),
    "half/project.json": "{}",
    "half/package.json": named("@team/half"),
    "broken/project.json": "{",
  };
  const folders = ["packages/known", "packages/hidden", "shipped", "both", "half", "broken", "."];
  expect(await namesIn(files, folders)).toEqual({
    "packages/known": "@team/known",
    "packages/hidden": "hidden",
    shipped: "shipped",
    both: "by-project",
    half: "@team/half",
    broken: "broken",
    ".": "workspace",
  });
});

test("folders of one name have their paths for names, and so has one that another project is called", async () => {
  const files = { "packages/project.json": named("words") };
  const folders = ["packages", "py/words", "js/words", "py/alone"];
  expect(await namesIn(files, folders)).toEqual({
    packages: "words",
    "py/words": "py-words",
    "js/words": "js-words",
    "py/alone": "alone",
  });
});
