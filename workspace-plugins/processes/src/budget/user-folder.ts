import { accessSync, constants, mkdirSync } from "node:fs";
import path from "node:path";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * What is the same for all workspaces of a user, where there is one: units count all that this machine asks, and what was
 * spawned outlives a checkout.
 */
export function userFolder(environment: Variables, workspaceRoot: string): string {
  const own = path.join(workspaceRoot, ".slipway", "ao", "budget");
  const { XDG_STATE_HOME: state = "", HOME: home = "" } = environment;
  if (state === "" && home === "") return own;
  const shared = path.join(
    state === "" ? path.join(home, ".local", "state") : state,
    "slipway",
    "ao",
  );
  return isWritable(shared) ? shared : own;
}

function isWritable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    // Another user's, or a disk that is only read: the workspace has one of its own then.
    return false;
  }
}
