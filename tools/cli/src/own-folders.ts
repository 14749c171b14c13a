import path from "node:path";
import { createProjectGraphAsync } from "@nx/devkit";
import { existsSync } from "@slipway/signature/file-system";

/** The folders here that targets and Nx write, relative to the workspace: all of them ignored by git. */
export async function listOwnFolders(workspaceRoot: string): Promise<readonly string[]> {
  const graph = await createProjectGraphAsync({ exitOnError: true });
  const roots = Object.values(graph.nodes).map((node) => node.data.root);
  return ownFolders(workspaceRoot, roots);
}

/** Those that are there, of a workspace whose projects have these roots. */
export function ownFolders(workspaceRoot: string, roots: readonly string[]): readonly string[] {
  const folders = [
    ...roots.flatMap((root) => [path.posix.join(root, "dist"), path.posix.join(root, ".aigogo")]),
    "dist",
    ".slipway",
    ".nx",
  ];
  return [...new Set(folders)].filter((folder) => existsSync(path.join(workspaceRoot, folder)));
}
