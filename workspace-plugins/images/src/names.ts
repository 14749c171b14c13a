/** Every image that a workspace builds carries its name here; `clean` removes nothing without it. */
export const ownLabel = "dev.slipway.workspace";

/** Names from definitions, not of folders: the same image has the same labels on any machine. */
export function imageLabels(workspace: string, project: string): Readonly<Record<string, string>> {
  return { [ownLabel]: workspace, "dev.slipway.project": project };
}

export function baseReference(base: string): string {
  return `slipway/base:${base}`;
}

export function agentReference(agent: string, base: string): string {
  return `slipway/${agent}:${base}`;
}

/** The Dockerfile of every agent, relative to the workspace. */
export const agentDockerfile = "infra/images/agent.Dockerfile";
