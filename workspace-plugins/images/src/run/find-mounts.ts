import { mkdir, open, readlink, realpath } from "node:fs/promises";
import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { hasCode } from "@slipway/signature/read-text";
import { gitFoldersOutside, isThere } from "./git-folders.ts";
import { expandHome, parseShare, planMounts, refusalOf } from "./mounts.ts";
import type { Mount, MountKind, Owned, Share } from "./mounts.ts";
import type { RunFailure } from "./run-failure.ts";

/** What of the host an agent gets, as it was decided. */
export type MountWish = Owned & {
  /** With all links followed. */
  readonly project: string;
  readonly agentPath: {
    readonly files: readonly string[];
    readonly directories: readonly string[];
  };
  /** Absolute folders and files of git's settings; those that are there are mounted to read. */
  readonly gitConfig: readonly string[];
  readonly withGitRoot: boolean;
  readonly gnupg: string | undefined;
  readonly ssh: readonly string[];
  readonly dockerSocket: string | undefined;
  /** As the extensions say them. */
  readonly extensionShares: readonly string[];
  /** Those that are only remembered may have gone. */
  readonly shares: readonly (Share & { readonly isRemembered: boolean })[];
};

export type FoundMounts = {
  readonly mounts: readonly Mount[];
  /** Of the agent: it will write there, so they are made before it starts. */
  readonly missing: readonly { readonly path: string; readonly is: "file" | "folder" }[];
  /** What was left out, in words. */
  readonly notes: readonly string[];
};

/** Looks at the host and changes nothing. */
export async function findMounts(wish: MountWish): Promise<Result<FoundMounts, RunFailure>> {
  const { home, project } = wish;
  const agentPaths = [
    ...wish.agentPath.directories.map((written) => ({ written, is: "folder" as const })),
    ...wish.agentPath.files.map((written) => ({ written, is: "file" as const })),
  ].map(({ written, is }) => ({ path: path.resolve(expandHome(written, home.named)), is }));
  const missing: FoundMounts["missing"][number][] = [];
  for (const one of agentPaths) {
    // Where a link leads nowhere yet, what it leads to is made.
    if (!(await isThere(one.path))) missing.push({ ...one, path: await realPathOf(one.path) });
  }
  const git = await gitMounts(wish);
  const extensions = await extensionMounts(wish);
  const shares: Share[] = [];
  const gone: string[] = [];
  for (const share of wish.shares) {
    if (await isThere(share.path)) shares.push(share);
    else if (share.isRemembered) gone.push(`${share.path}, a share of before, is not there`);
    else return fail({ reason: "share-missing", path: share.path });
  }
  const planned = planMounts(
    [
      await mountOf(project, "project", false),
      ...(await mountsOf(
        agentPaths.map((one) => one.path),
        "agent-path",
        false,
      )),
      ...git.mounts,
      ...(await mountsOf(wish.gnupg === undefined ? [] : [wish.gnupg], "gnupg", false)),
      ...(await mountsOf(wish.ssh, "ssh", true)),
      ...dockerMounts(wish),
      ...extensions.mounts,
      ...(await Promise.all(
        shares.map(async (share) => mountOf(share.path, "share", share.isReadOnly)),
      )),
    ],
    wish,
  );
  if (!planned.ok) return planned;
  return ok({
    mounts: planned.value,
    missing,
    notes: [...git.notes, ...extensions.notes, ...gone],
  });
}

/** What an agent writes to has to be a file or a folder before it is mounted: an engine would refuse, or make a folder. */
export async function makeMissing(missing: FoundMounts["missing"]): Promise<void> {
  for (const { path: file, is } of missing) {
    const folder = is === "folder" ? file : path.dirname(file);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Opened to append: another client may have made it meanwhile.
    if (is === "file") await (await open(file, "a", 0o600)).close();
  }
}

type Part = Pick<FoundMounts, "mounts" | "notes">;

async function gitMounts(wish: MountWish): Promise<Part> {
  const settings = await mountsOf(await thoseThere(wish.gitConfig), "git-config", true);
  if (!wish.withGitRoot) return { mounts: settings, notes: [] };
  const folders = await mountsOf(await gitFoldersOutside(wish.project), "git-root", false);
  // A repository over the whole home folder is no reason not to start.
  const refused = folders.filter((mount) => refusalOf(mount, wish) !== undefined);
  return {
    mounts: [...settings, ...folders.filter((mount) => !refused.includes(mount))],
    notes: refused.map(
      ({ target }) => `the git repository ${target} is not mounted: it holds more`,
    ),
  };
}

async function extensionMounts(wish: MountWish): Promise<Part> {
  const shares = wish.extensionShares.map((text) =>
    parseShare(text, { folder: wish.project, home: wish.home.named }),
  );
  const found = await Promise.all(
    shares.map(async (share) => ({ share, isFound: await isThere(share.path) })),
  );
  return {
    mounts: await Promise.all(
      found
        .filter(({ isFound }) => isFound)
        .map(async ({ share }) => mountOf(share.path, "extension-share", share.isReadOnly)),
    ),
    notes: found
      .filter(({ isFound }) => !isFound)
      .map(({ share }) => `${share.path}, which an extension shares, is not there`),
  };
}

/** The agents' programs look for it there, wherever the engine listens. */
function dockerMounts({ dockerSocket }: MountWish): readonly Mount[] {
  return dockerSocket === undefined
    ? []
    : [{ source: dockerSocket, target: "/var/run/docker.sock", isReadOnly: false, as: "docker" }];
}

async function thoseThere(files: readonly string[]): Promise<readonly string[]> {
  const there: string[] = [];
  for (const file of files) if (await isThere(file)) there.push(file);
  return there;
}

async function mountsOf(
  files: readonly string[],
  as: MountKind,
  isReadOnly: boolean,
): Promise<readonly Mount[]> {
  return Promise.all(files.map(async (file) => mountOf(file, as, isReadOnly)));
}

async function mountOf(target: string, as: MountKind, isReadOnly: boolean): Promise<Mount> {
  return { source: await realPathOf(target), target, isReadOnly, as };
}

/** Of what is not there yet: below the nearest folder that is, and at the end of links that lead nowhere. */
async function realPathOf(file: string, left = mostLinks): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (!hasCode(error, ["ENOENT"]) || file === path.dirname(file) || left === 0) throw error;
    const folder = await realPathOf(path.dirname(file), left);
    const link = await linkAt(path.join(folder, path.basename(file)));
    return link === undefined
      ? path.join(folder, path.basename(file))
      : realPathOf(path.resolve(folder, link), left - 1);
  }
}

/** As many as the kernel follows (path_resolution(7)). */
const mostLinks = 40;

async function linkAt(file: string): Promise<string | undefined> {
  try {
    return await readlink(file);
  } catch (error) {
    if (hasCode(error, ["ENOENT", "EINVAL"])) return undefined;
    throw error;
  }
}
