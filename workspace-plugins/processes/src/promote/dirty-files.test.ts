import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { dirtyFiles } from "./dirty-files.ts";

async function openRepository() {
  const root = await mkdtemp(path.join(os.tmpdir(), "ao-dirty-"));
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.test"];
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-C", root, ...who, ...args], { stdio: "pipe" });
  return {
    root,
    git,
    write: async (file: string, text: string) => {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), text);
    },
    dirty: (folder = ".") => dirtyFiles(path.join(root, folder), new AbortController().signal),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

test("changed, staged, renamed and new files are named, and a clean tree has none", async () => {
  await using repository = await openRepository();
  const { git, write, dirty } = repository;
  git("init", "--quiet");
  for (const name of ["a", "b", "c d", "w/e"])
    await write(name, `${name} is a file of some length\n`);
  git("add", "-A");
  git("commit", "--quiet", "-m", "all");
  expect(await dirty()).toEqual([]);
  await write("a", "changed");
  git("mv", "b", "renamed");
  await write("c d", "staged");
  git("add", "c d");
  await write("new/x", "x");
  await write("w/e", "changed");
  expect([...((await dirty()) ?? [])].toSorted()).toEqual(["a", "c d", "new/x", "renamed", "w/e"]);
  expect(await dirty("w")).toContain("e");
});

test("without a repository nobody says that it is clean", async () => {
  await using repository = await openRepository();
  expect(await repository.dirty()).toBeUndefined();
});
