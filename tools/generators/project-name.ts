import path from "node:path";
import { getProjects, globAsync } from "@nx/devkit";
import type { Tree } from "@nx/devkit";

/** Each makes its folder a project of that folder's name. */
const definitions =
  "agent.yml,aigogo.json,aigogo.lock,ao.yml,base.yml,cig.toml,image-extended.yml,smoke.yml";

/** The folder of a project that has this name; with a second one Nx makes no graph, for no target at all. */
export async function folderNamed(tree: Tree, name: string): Promise<string | undefined> {
  const known = getProjects(tree).get(name)?.root;
  if (known !== undefined) return known;
  const [file] = await globAsync(tree, [`**/${name}/{${definitions}}`, `${name}/{${definitions}}`]);
  return file === undefined ? undefined : path.posix.dirname(file);
}
