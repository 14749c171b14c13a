import path from "node:path";
import { parseJson, pathMatcher, readTextIfPresent } from "@slipway/signature/basics";
import { z } from "zod";

const Named = z.object({ name: z.string().min(1).optional().catch(undefined) });
const patterns = z.array(z.string()).catch([]);
const NpmRoot = z.object({
  workspaces: z.union([z.object({ packages: patterns }), patterns]).optional(),
});

/**
 * What Nx calls the projects in these folders, which are relative to the workspace: what a `project.json` or an npm
 * package there says, else the folder's own name. Two folders of one name would leave Nx without a graph: they have
 * their paths for names.
 */
export async function projectNames(
  workspaceRoot: string,
  folders: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const isNpmPackage = await npmPackages(workspaceRoot);
  const given = await Promise.all(
    folders.map((folder) => givenName(workspaceRoot, folder, isNpmPackage(folder))),
  );
  const names = folders.map((folder, at) => given[at] ?? ownName(folder));
  return new Map(
    folders.map((folder, at) => {
      const name = names[at] ?? "";
      const isShared = names.filter((each) => each === name).length > 1;
      return [folder, given[at] ?? (isShared ? folder.replaceAll("/", "-") : name)];
    }),
  );
}

function ownName(folder: string): string {
  return folder === "." ? "workspace" : path.posix.basename(folder);
}

/** Nx reads a `package.json` where npm does, and beside a `project.json`. */
async function givenName(
  workspaceRoot: string,
  folder: string,
  isNpmPackage: boolean,
): Promise<string | undefined> {
  const own = await readJson(path.join(workspaceRoot, folder, "project.json"));
  const name = Named.safeParse(own).data?.name;
  if (name !== undefined || (own === undefined && !isNpmPackage)) return name;
  return Named.safeParse(await readJson(path.join(workspaceRoot, folder, "package.json"))).data
    ?.name;
}

async function npmPackages(workspaceRoot: string): Promise<(folder: string) => boolean> {
  const root = await readJson(path.join(workspaceRoot, "package.json"));
  const workspaces = NpmRoot.safeParse(root).data?.workspaces ?? [];
  const globs = "packages" in workspaces ? workspaces.packages : workspaces;
  return pathMatcher(globs.map((glob) => glob.replace(/^(!?)\.\//, "$1").replace(/\/$/, "")));
}

async function readJson(file: string): Promise<unknown> {
  const text = await readTextIfPresent(file);
  return text === undefined ? undefined : parseJson(text);
}
