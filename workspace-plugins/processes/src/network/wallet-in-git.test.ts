import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { isCommittable } from "./wallet-in-git.ts";

async function openRig(hasRepository = true) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "ao-in-git-"));
  if (hasRepository) execFileSync("git", ["init", "--quiet", folder]);
  const write = async (name: string, text: string) => writeFile(path.join(folder, name), text);
  await write("wallet.json", "{}");
  const programs = process.env["PATH"] ?? "";
  return {
    folder,
    write,
    ask: async (variables: Readonly<Record<string, string>> = {}) => {
      const file = path.join(folder, "wallet.json");
      const environment = { PATH: programs, HOME: folder, ...variables };
      return isCommittable(file, new AbortController().signal, environment);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

const said = (value: boolean) => ({ ok: true, value });

test("a file in a repository is committable until it is ignored", async () => {
  await using rig = await openRig();
  expect(await rig.ask()).toEqual(said(true));
  await rig.write(".gitignore", "wallet.json\n");
  expect(await rig.ask()).toEqual(said(false));
});

test("without a repository, or without git, nothing is committable", async () => {
  await using alone = await openRig(false);
  expect(await alone.ask()).toEqual(said(false));
  expect(await alone.ask({ LC_ALL: "de_DE.UTF-8" })).toEqual(said(false));
  await using rig = await openRig();
  expect(await rig.ask({ PATH: rig.folder })).toEqual(said(false));
});

test("where git refuses the repository of another user, that is no answer", async () => {
  await using rig = await openRig();
  const failure = `fatal: detected dubious ownership in repository at '${rig.folder}'`;
  const asOther = { GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" };
  expect(await rig.ask(asOther)).toEqual({ ok: false, failure });
});

test("a broken index is no answer", async () => {
  await using rig = await openRig();
  await rig.write(".git/index", "no index");
  const failure = "fatal: .git/index: index file smaller than expected";
  expect(await rig.ask()).toEqual({ ok: false, failure });
});

test("a git that is ended before it answers gives no answer", async () => {
  await using rig = await openRig();
  await rig.write("git", "#!/bin/sh\nkill -9 $$\n");
  await chmod(path.join(rig.folder, "git"), 0o755);
  expect(await rig.ask({ PATH: rig.folder })).toEqual({ ok: false, failure: "it gave no answer" });
});
