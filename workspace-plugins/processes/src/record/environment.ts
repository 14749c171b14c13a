import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Definition } from "../definition/definition.ts";
import type { DeployTarget } from "../definition/target.ts";
import type { SettingsFailure } from "../failure.ts";
import type { TaskContext } from "../task.ts";

/** A deploy target of a project, as far as it says where things are written down. */
export type Environment = {
  readonly workspaceRoot: string;
  readonly projectRoot: string;
  readonly project: string;
  readonly deployTarget: string;
  readonly isLocal: boolean;
};

/** And what `ao.yml` says of it. */
export function environmentOf(
  task: Pick<TaskContext, "workspaceRoot" | "projectRoot" | "projectName">,
  { targets }: Pick<Definition, "targets">,
  deployTarget: string,
): Result<{ readonly environment: Environment; readonly target: DeployTarget }, SettingsFailure> {
  const { workspaceRoot, projectRoot, projectName: project } = task;
  const target = targets[deployTarget];
  const known = Object.keys(targets);
  if (target === undefined) return fail({ reason: "deploy-target-unknown", deployTarget, known });
  const isLocal = target.network === "local";
  return ok({
    environment: { workspaceRoot, projectRoot, project, deployTarget, isLocal },
    target,
  });
}

/** Of one project: the archive of code, and what is local of its environments. */
export function ownFolder(project: string): string {
  return path.posix.join(".slipway/ao", encodeURIComponent(project));
}

/** Relative to the workspace. */
export function recordFile(environment: Omit<Environment, "workspaceRoot">): string {
  const { projectRoot, project, deployTarget, isLocal } = environment;
  const folder = isLocal ? ownFolder(project) : path.posix.join(projectRoot, "deployments");
  return path.posix.join(folder, `${deployTarget}.json`);
}
