import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Member } from "./archive.ts";
import { definitionMembers, digestOfMembers } from "./context.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "slipway-context-"));
});
afterEach(async () => rm(folder, { recursive: true }));

async function write(name: string, text = ""): Promise<void> {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
  await writeFile(path.join(folder, name), text);
}

async function membersOf(prefix: string): Promise<readonly Member[]> {
  const members = await definitionMembers(folder, prefix, new AbortController().signal);
  if (!members.ok) throw new Error(members.failure.reason);
  return members.value;
}

/** `name`, with `*` behind an executable and ` -> ` before the target of a link. */
function shown(member: Member): string {
  if ("linkTarget" in member) return `${member.name} -> ${member.linkTarget}`;
  return `${member.name}${member.executable === true ? "*" : ""}`;
}

describe("definitionMembers", () => {
  it("lists files in the order of their paths, with their executable bit", async () => {
    for (const name of ["b", "B", "a/z", "a/b/c", "a-b", "é"]) await write(name);
    await chmod(path.join(folder, "b"), 0o755);
    await chmod(path.join(folder, "B"), 0o655);
    expect((await membersOf("")).map(shown)).toEqual(["B", "a-b", "a/b/c", "a/z", "b*", "é"]);
  });

  it("puts them under a prefix, with their bytes", async () => {
    await write("scripts/install.sh", "exit 0\n");
    expect(await membersOf("definition")).toEqual([
      {
        name: "definition/scripts/install.sh",
        executable: false,
        bytes: Buffer.from("exit 0\n"),
      },
    ]);
  });

  it("leaves out what git ignores", async () => {
    execFileSync("git", ["init", "--quiet"], { cwd: folder });
    for (const name of ["install.sh", "token.log"]) await write(name);
    await write(".gitignore", "*.log\n");
    expect((await membersOf("")).map(shown)).toEqual([".gitignore", "install.sh"]);
  });

  it("has all files of a folder that git ignores as a whole, as in a home that is a repository", async () => {
    execFileSync("git", ["init", "--quiet"], { cwd: folder });
    await write(".gitignore", "*\n");
    for (const name of ["own/Dockerfile", "own/base.yml", "own/a/b", "own/dist/x"]) {
      await write(name);
    }
    const own = path.join(folder, "own");
    const members = await definitionMembers(own, "", new AbortController().signal);
    expect(members.ok && members.value.map(shown)).toEqual(["Dockerfile", "a/b"]);
  });

  it("keeps links as links, those to folders and to nothing too", async () => {
    await write("real/file");
    await symlink("real", path.join(folder, "to-folder"));
    await symlink("/nowhere", path.join(folder, "to-nothing"));
    expect((await membersOf("")).map(shown)).toEqual([
      "real/file",
      "to-folder -> real",
      "to-nothing -> /nowhere",
    ]);
  });

  it("leaves out what targets write, what version control keeps, and what is no file", async () => {
    for (const name of ["dist", ".aigogo", "node_modules", ".git"]) await write(`${name}/file`);
    await write("kept/dist/file");
    await write("kept/distribution");
    execFileSync("mkfifo", [path.join(folder, "pipe")]);
    expect((await membersOf("")).map(shown)).toEqual(["kept/distribution"]);
  });
});

describe("digestOfMembers", () => {
  const bytes = Buffer.from("content");
  const file = { name: "a", executable: false, bytes };
  const changes: readonly (readonly [change: string, members: readonly Member[]])[] = [
    ["another name", [{ ...file, name: "b" }]],
    ["another mode", [{ ...file, executable: true }]],
    ["other content", [{ ...file, bytes: Buffer.from("Content") }]],
    ["a link in its place", [{ name: "a", linkTarget: "content" }]],
    ["one member more", [file, { ...file, name: "b" }]],
    ["no member", []],
  ];

  it.each(changes)("is another with %s", (_change, members) => {
    expect(digestOfMembers(members)).not.toBe(digestOfMembers([file]));
  });

  it("is the same for the same members, a mode left out being that of a plain file", () => {
    expect(digestOfMembers([{ name: "a", bytes: Buffer.from(bytes) }])).toBe(
      digestOfMembers([file]),
    );
  });
});
