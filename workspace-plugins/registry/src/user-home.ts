import { homedir, userInfo } from "node:os";
import path from "node:path";

/**
 * Absolute. An empty or relative `HOME` would make a home of the folder that we stand in: credentials would be written to
 * a project, and looked for in what came with it.
 */
export function userHome(): string {
  const named = homedir();
  return path.isAbsolute(named) ? named : userInfo().homedir;
}
