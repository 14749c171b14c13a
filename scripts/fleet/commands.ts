import { homedir } from "node:os";
import path from "node:path";
import type { Fleet } from "./lay-out.ts";

/** A call of `slipway` of the fleet, by Node. */
export type FleetCommand = {
  readonly args: readonly string[];
  readonly environment: Variables;
  readonly folder: string;
};

type Variables = Readonly<Record<string, string | undefined>>;

/** Agents that the user of the fleet starts, each with a part that nobody but that user has defined. */
const started = [
  { agent: "pi", base: "trixie-zsh" },
  { agent: "gemini", base: "trixie-zsh" },
  { agent: "pi", base: "bookworm" },
];

/** What makes all of it, in this order: the workspace's images, those of the user, and the question to each. */
export function fleetCommands(fleet: Fleet): readonly FleetCommand[] {
  return [
    fleetCommand(fleet, ["run", "--targets=load"]),
    ...started.map((one) => startCommand(fleet, one)),
    fleetCommand(fleet, ["agent", "check", "--all"], userOf(fleet)),
  ];
}

/** The agent tells its version, started as its user starts it. */
export function startCommand(
  fleet: Fleet,
  { agent, base }: { readonly agent: string; readonly base: string },
): FleetCommand {
  const words = ["agent", agent, "--base", base, "--no-extensions", "--yes", "--", "--version"];
  return fleetCommand(fleet, words, userOf(fleet));
}

export function fleetCommand(
  { workspace }: Fleet,
  words: readonly string[],
  environment: Variables = {},
): FleetCommand {
  const program = path.join(workspace, "node_modules/@slipway/cli/slipway.cjs");
  // A daemon would stay behind.
  return {
    args: [program, ...words],
    environment: { NX_DAEMON: "false", ...environment },
    folder: workspace,
  };
}

/** The home is the fleet's; how engine and npm are reached stays this machine's. */
export function userOf({ home }: Fleet): Variables {
  return {
    HOME: home,
    XDG_CONFIG_HOME: undefined,
    XDG_DATA_HOME: undefined,
    XDG_STATE_HOME: undefined,
    DOCKER_CONFIG: process.env["DOCKER_CONFIG"] ?? path.join(homedir(), ".docker"),
    npm_config_userconfig: process.env["npm_config_userconfig"] ?? path.join(homedir(), ".npmrc"),
  };
}
