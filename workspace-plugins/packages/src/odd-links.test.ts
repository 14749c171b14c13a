import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openRegistry } from "@slipway/registry";
import { afterEach, beforeEach, expect, test } from "vitest";
import { contentOf, integrityOf } from "./content.ts";
import { installPackages } from "./install.ts";
import { removeTree } from "./remove-tree.ts";
import { stockContent } from "./stock.ts";
import { storeIn } from "./store-place.ts";
import { uninstallPackages } from "./uninstall.ts";

let root: string;
const { signal } = new AbortController();
const at = (...names: readonly string[]) => path.join(root, ...names);

/** A project with one locked package that is in the store, and beside it a folder that is none of its business. */
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "slipway-odd-"));
  const content = contentOf([], { name: "demo", version: "1", language: "python" });
  await stockContent(storeIn(at("home")), content, { signal });
  const entry = { version: "1", integrity: integrityOf(content), source: "localhost/a/demo:1" };
  const packages = { demo: { ...entry, language: "python", files: [] } };
  await mkdir(at("project"));
  await writeFile(at("project/aigogo.lock"), JSON.stringify({ version: 1, packages }));
  await mkdir(at("other/node_modules/kept"), { recursive: true });
  await writeFile(at("other/package.json"), "{}");
  await writeFile(at("other/kept.partial-abc"), "");
});
afterEach(async () => removeTree(root));

const install = (isDryRun = false) =>
  installPackages({
    workspaceRoot: at("project"),
    projectRoot: ".",
    home: at("home"),
    virtualEnv: undefined,
    registry: openRegistry(),
    signal,
    progress: () => {},
    isOffline: true,
    isDryRun,
  });
const uninstall = () =>
  uninstallPackages({
    projectFolder: at("project"),
    home: at("home"),
    virtualEnv: undefined,
    signal,
  });
const others = async () => (await readdir(at("other"), { recursive: true })).toSorted();

test.for([
  ["another folder", ".aigogo", "../other"],
  ["the project itself", ".aigogo", "."],
  ["nothing", ".aigogo", "../absent"],
] as const)("a link to %s where links are kept is not followed", async ([, name, target]) => {
  await symlink(target, at("project", name));
  const failure = { reason: "links-folder-odd", folder: at("project/.aigogo") };
  const before = await others();
  const project = await readdir(at("project"));
  for (const run of [install, () => install(true), uninstall]) {
    expect(await run()).toEqual({ ok: false, failure });
  }
  expect(await others()).toEqual(before);
  expect(await readdir(at("project"))).toEqual(project);
  await rm(at("project/.aigogo"));
  expect(await install()).toMatchObject({ ok: true });
});

test("a link where generations of links are kept is not followed", async () => {
  await mkdir(at("project/.aigogo"));
  await symlink("../../other", at("project/.aigogo/links"));
  const failure = { reason: "links-folder-odd", folder: at("project/.aigogo/links") };
  const before = await others();
  for (const run of [install, uninstall]) expect(await run()).toEqual({ ok: false, failure });
  expect(await others()).toEqual(before);
});

test("a file where links are kept is told", async () => {
  await writeFile(at("project/.aigogo"), "");
  expect(await install()).toMatchObject({ failure: { reason: "links-folder-odd" } });
});
