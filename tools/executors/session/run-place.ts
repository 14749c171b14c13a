import path from "node:path";

/** Set before the tasks of one Nx command run: the folder in which they leave what they did. */
export const runFolderVariable = "SLIPWAY_RUN";

export function runsFolder(workspaceRoot: string): string {
  return path.join(workspaceRoot, ".slipway", "runs");
}

/** By the id that Nx gives a command. */
export function runFolderOf(workspaceRoot: string, id: string): string {
  return path.join(runsFolder(workspaceRoot), encodeURIComponent(id));
}
