import { mkdir, mkdtemp, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { findMounts, makeMissing } from "./find-mounts.ts";
import type { MountWish } from "./find-mounts.ts";

async function openRig() {
  const top = await realpath(await mkdtemp(path.join(os.tmpdir(), "slipway-mounts-")));
  const home = path.join(top, "home");
  const project = path.join(home, "work", "project");
  await mkdir(project, { recursive: true });
  const nothing: MountWish = {
    project,
    home: { named: home, real: home },
    guarded: [path.join(home, ".ssh")],
    agentPath: { files: [], directories: [] },
    gitConfig: [],
    withGitRoot: true,
    gnupg: undefined,
    ssh: [],
    dockerSocket: undefined,
    extensionShares: [],
    shares: [],
  };
  return {
    home,
    project,
    /** `<kind> <path>[:ro][ <- <source>]`, `missing`, notes, or the failure's reason; paths below the rig. */
    check: async (wish: Partial<MountWish>): Promise<readonly string[]> => {
      const found = await findMounts({ ...nothing, ...wish });
      if (!found.ok) return [found.failure.reason];
      const lines = found.value.mounts.map(({ as, source, target, isReadOnly }) => {
        const from = source === target ? "" : ` <- ${source}`;
        return `${as} ${target}${isReadOnly ? ":ro" : ""}${from}`;
      });
      const missing = found.value.missing.map((one) => `missing ${one.is} ${one.path}`);
      return [...lines, ...missing, ...found.value.notes].map((line) => line.replaceAll(top, ""));
    },
    [Symbol.asyncDispose]: async () => rm(top, { recursive: true, force: true }),
  };
}

const ofProject = "project /home/work/project";

it("mounts the project alone where nothing else is wished", async () => {
  await using rig = await openRig();
  expect(await rig.check({})).toEqual([ofProject]);
});

it("says which of the agent's own are missing, and makes them as what they are", async () => {
  await using rig = await openRig();
  await mkdir(path.join(rig.home, ".there"));
  const agentPath = { directories: ["~/.there", "~/.codex"], files: ["~/.config/codex.json"] };
  expect(await rig.check({ agentPath })).toEqual([
    "agent-path /home/.codex",
    "agent-path /home/.config/codex.json",
    "agent-path /home/.there",
    ofProject,
    "missing folder /home/.codex",
    "missing file /home/.config/codex.json",
  ]);
  await makeMissing([
    { path: path.join(rig.home, ".codex"), is: "folder" },
    { path: path.join(rig.home, ".config/codex.json"), is: "file" },
  ]);
  expect((await stat(path.join(rig.home, ".codex"))).isDirectory()).toBe(true);
  expect((await stat(path.join(rig.home, ".config/codex.json"))).size).toBe(0);
});

it("follows links to what is mounted, and leaves it where it is looked for", async () => {
  await using rig = await openRig();
  await mkdir(path.join(rig.home, "dotfiles"));
  await writeFile(path.join(rig.home, "dotfiles/gitconfig"), "");
  await symlink("dotfiles/gitconfig", path.join(rig.home, ".gitconfig"));
  expect(await rig.check({ gitConfig: [path.join(rig.home, ".gitconfig"), "/nowhere"] })).toEqual([
    "git-config /home/.gitconfig:ro <- /home/dotfiles/gitconfig",
    ofProject,
  ]);
});

it("mounts the repository that the project is a part of, but never the home folder as one", async () => {
  await using rig = await openRig();
  await mkdir(path.join(rig.home, "work/.git"), { recursive: true });
  expect(await rig.check({})).toEqual(["git-root /home/work"]);
  expect(await rig.check({ withGitRoot: false })).toEqual([ofProject]);
  await rm(path.join(rig.home, "work/.git"), { recursive: true });
  await mkdir(path.join(rig.home, ".git"));
  expect(await rig.check({})).toEqual([
    ofProject,
    "the git repository /home is not mounted: it holds more",
  ]);
});

/** A repository with a worktree and a submodule, as `git worktree add` and `git submodule add` write them. */
async function writeStores(rig: { readonly home: string; readonly project: string }) {
  const store = path.join(rig.home, "main/.git");
  const [worktree, submodule] = ["worktrees/project", "modules/project"].map((name) =>
    path.join(store, name),
  );
  if (worktree === undefined || submodule === undefined) throw new Error("two were named");
  await mkdir(worktree, { recursive: true });
  await writeFile(path.join(worktree, "commondir"), "../..\n");
  await writeFile(path.join(worktree, "gitdir"), `${rig.project}/.git\n`);
  await mkdir(submodule, { recursive: true });
  const back = path.relative(submodule, rig.project);
  await writeFile(path.join(submodule, "config"), `[core]\n\tworktree = ${back}\n`);
  return { store, worktree, submodule };
}

it("mounts the repository of a worktree, and of a submodule", async () => {
  await using rig = await openRig();
  const { worktree } = await writeStores(rig);
  await writeFile(path.join(rig.project, ".git"), `gitdir: ${worktree}\n`);
  expect(await rig.check({})).toEqual(["git-root /home/main/.git", ofProject]);
  await writeFile(path.join(rig.project, ".git"), "gitdir: ../../main/.git/modules/project\n");
  expect(await rig.check({})).toEqual(["git-root /home/main/.git/modules/project", ofProject]);
});

it("mounts no folder because an agent has written a .git that names it", async () => {
  await using rig = await openRig();
  const { store, worktree, submodule } = await writeStores(rig);
  const secret = path.join(rig.home, "secret");
  const forged = path.join(rig.project, "forged");
  for (const folder of [secret, forged]) await mkdir(folder);
  const dotGit = path.join(rig.project, ".git");
  const check = async (named: string): Promise<void> => {
    await writeFile(dotGit, `gitdir: ${named}\n`);
    expect(await rig.check({})).toEqual([ofProject]);
  };
  await check(secret);
  // A repository that knows nothing of this project.
  await check(store);
  await writeFile(path.join(worktree, "gitdir"), `${rig.home}/other/.git\n`);
  await check(worktree);
  await writeFile(path.join(submodule, "config"), "[core]\n\tworktree = ../../../../other\n");
  await check(submodule);
  // One that the agent has made, which names another.
  await writeFile(path.join(forged, "gitdir"), `${rig.project}/.git\n`);
  for (const common of [secret, store]) {
    await writeFile(path.join(forged, "commondir"), `${common}\n`);
    await check(forged);
  }
  // In another folder that it writes.
  const own = path.join(rig.home, ".codex/forged");
  await mkdir(own, { recursive: true });
  await writeFile(path.join(own, "gitdir"), `${rig.project}/.git\n`);
  await writeFile(path.join(own, "commondir"), `${secret}\n`);
  await check(own);
});

it("takes no folder around a project called worktrees for its repository", async () => {
  await using rig = await openRig();
  const project = path.join(rig.home, "work/worktrees");
  const forged = path.join(project, "forged");
  await mkdir(forged, { recursive: true });
  await writeFile(path.join(project, ".git"), "gitdir: forged\n");
  await writeFile(path.join(forged, "gitdir"), `${project}/.git\n`);
  await writeFile(path.join(forged, "commondir"), "../..\n");
  expect(await rig.check({ project })).toEqual(["project /home/work/worktrees"]);
});

it("gives no agent the keys, whatever its definition says, nor by a link", async () => {
  await using rig = await openRig();
  await mkdir(path.join(rig.home, ".ssh"));
  const refused = ["mount-refused"];
  expect(await rig.check({ agentPath: { directories: ["~/.ssh"], files: [] } })).toEqual(refused);
  expect(await rig.check({ agentPath: { directories: [], files: ["~/.ssh/new"] } })).toEqual(
    refused,
  );
  await symlink(".ssh", path.join(rig.home, ".codex"));
  expect(await rig.check({ agentPath: { directories: ["~/.codex"], files: [] } })).toEqual(refused);
});

it("follows no link that an agent may have put into its own folder, though it leads nowhere yet", async () => {
  await using rig = await openRig();
  const own = path.join(rig.home, ".codex");
  await mkdir(own);
  await symlink("../elsewhere/new.json", path.join(own, "settings.json"));
  const agentPath = { directories: ["~/.codex"], files: ["~/.codex/settings.json"] };
  expect(await rig.check({ agentPath })).toEqual(["mount-led-out"]);
  await mkdir(path.join(rig.home, "work/elsewhere"));
  await symlink("../elsewhere", path.join(rig.project, "data"));
  const share = { path: path.join(rig.project, "data"), isReadOnly: false, isRemembered: true };
  expect(await rig.check({ shares: [share] })).toEqual(["mount-led-out"]);
});

it("makes what a person's own link leads to", async () => {
  await using rig = await openRig();
  await symlink("dotfiles/codex.json", path.join(rig.home, ".codex.json"));
  const agentPath = { directories: [], files: ["~/.codex.json"] };
  expect(await rig.check({ agentPath })).toEqual([
    "agent-path /home/.codex.json <- /home/dotfiles/codex.json",
    ofProject,
    "missing file /home/dotfiles/codex.json",
  ]);
});

it("fails for a share that is not there, and says so of an extension's", async () => {
  await using rig = await openRig();
  const share = { path: "/no/where", isReadOnly: false };
  expect(await rig.check({ shares: [{ ...share, isRemembered: false }] })).toEqual([
    "share-missing",
  ]);
  expect(await rig.check({ shares: [{ ...share, isRemembered: true }] })).toEqual([
    ofProject,
    "/no/where, a share of before, is not there",
  ]);
  expect(await rig.check({ extensionShares: ["~/.gone:ro", "~/work:ro"] })).toEqual([
    "extension-share /home/work:ro",
    ofProject,
    "/home/.gone, which an extension shares, is not there",
  ]);
});

it("refuses the home folder as project, as share, and behind a link", async () => {
  await using rig = await openRig();
  expect(await rig.check({ project: rig.home })).toEqual(["mount-refused"]);
  const link = path.join(rig.home, "work/link");
  await symlink(rig.home, link);
  expect(
    await rig.check({ shares: [{ path: link, isReadOnly: true, isRemembered: true }] }),
  ).toEqual(["mount-refused"]);
});
