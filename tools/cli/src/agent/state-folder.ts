import path from "node:path";

/** `$XDG_STATE_HOME/slipway`: what is of this machine and its user, and can be lost. */
export function stateFolder(variables: Readonly<Record<string, string | undefined>>): string {
  const named = variables["XDG_STATE_HOME"] ?? "";
  const state = named === "" ? path.join(variables["HOME"] ?? "/", ".local", "state") : named;
  return path.join(state, "slipway");
}
