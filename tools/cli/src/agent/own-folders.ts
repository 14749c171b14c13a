import path from "node:path";

type Variables = Readonly<Record<string, string | undefined>>;

/** In place of a workspace's name on images that are built without one. */
export const userWorkspace = "user";

/** `$XDG_STATE_HOME/slipway`: what is of this machine and its user, and can be lost. */
export function stateFolder(variables: Variables): string {
  return folderOf(variables, "XDG_STATE_HOME", ".local/state");
}

/** `$XDG_DATA_HOME/slipway`: what can be made again, at some cost. */
function dataFolder(variables: Variables): string {
  return folderOf(variables, "XDG_DATA_HOME", ".local/share");
}

/** Holds the layouts of images that are built without a workspace. */
export function imagesRoot(variables: Variables): string {
  return path.join(dataFolder(variables), "images");
}

function folderOf(variables: Variables, name: string, usual: string): string {
  const named = variables[name] ?? "";
  const folder = named === "" ? path.join(variables["HOME"] ?? "/", usual) : named;
  return path.join(folder, "slipway");
}
