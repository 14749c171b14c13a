/** Every image and container of ours carries it; `clean` removes nothing without it. */
export const ownLabel = "dev.slipway.workspace";

/** The workspace's name is its own, not its folder's: the same image on any machine. */
export function imageLabels(project: string): Readonly<Record<string, string>> {
  return {
    [ownLabel]: "slipway",
    ...(project === "" ? {} : { "dev.slipway.project": project }),
  };
}

export function baseReference(base: string): string {
  return `slipway/base:${base}`;
}

export function agentReference(agent: string, base: string): string {
  return `slipway/${agent}:${base}`;
}

/** The Dockerfile of every agent, relative to the workspace. */
export const agentDockerfile = "infra/images/agent.Dockerfile";
