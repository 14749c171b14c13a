import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readSource } from "./host-commands.ts";

const { signal } = new AbortController();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "slipway-source-"));
  git("init", "--quiet");
  await writeFile(path.join(folder, "file"), "text");
});
afterEach(async () => rm(folder, { recursive: true }));

function git(...words: readonly string[]): string {
  const who = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
  return execFileSync("git", ["-C", folder, ...who, ...words], { encoding: "utf8" }).trim();
}

test("a commit is told only while the files are those of it", async () => {
  expect(await readSource(folder, signal)).toBeUndefined();
  git("add", ".");
  git("commit", "--quiet", "--message", "first");
  expect(await readSource(folder, signal)).toEqual({ commit: git("rev-parse", "HEAD") });
  await writeFile(path.join(folder, "file"), "other");
  expect(await readSource(folder, signal)).toBeUndefined();
});

test.each([
  ["https://ann:secret@git.example/team/x.git", "https://git.example/team/x.git"],
  ["ssh://git@git.example/team/x.git", "ssh://git.example/team/x.git"],
  ["/home/ann/x", undefined],
  ["git@git.example:team/x.git", undefined],
])("where it is fetched from, %s, is told without its user: %s", async (remote, uri) => {
  git("add", ".");
  git("commit", "--quiet", "--message", "first");
  git("remote", "add", "origin", remote);
  expect((await readSource(folder, signal))?.uri).toBe(uri);
});
