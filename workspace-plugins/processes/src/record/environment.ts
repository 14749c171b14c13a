import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Definition } from "../definition/definition.ts";
import { readDefinition } from "../definition/definition-file.ts";
import type { DeployTarget } from "../definition/target.ts";
import type { ProcessesFailure, SettingsFailure } from "../failure.ts";
import type { TaskContext } from "../task.ts";

/** A deploy target of a project, as far as it says where things are written down. */
export type Environment = {
  readonly workspaceRoot: string;
  readonly projectRoot: string;
  readonly project: string;
  readonly deployTarget: string;
  readonly isLocal: boolean;
};

type Project = Pick<TaskContext, "workspaceRoot" | "projectRoot" | "projectName">;

/** And what `ao.yml` says of it. */
type Found = { readonly environment: Environment; readonly target: DeployTarget };

/** A deploy target by its name, read from the project's definition. */
export async function readEnvironment(
  task: Project,
  deployTarget: string,
): Promise<Result<Found & { readonly definition: Definition }, ProcessesFailure>> {
  const definition = await readDefinition(task.workspaceRoot, task.projectRoot);
  if (!definition.ok) return definition;
  const found = environmentOf(task, definition.value, deployTarget);
  return found.ok ? ok({ definition: definition.value, ...found.value }) : found;
}

export function environmentOf(
  { workspaceRoot, projectRoot, projectName: project }: Project,
  { targets }: Pick<Definition, "targets">,
  deployTarget: string,
): Result<Found, SettingsFailure> {
  const target = targets[deployTarget];
  const known = Object.keys(targets);
  if (target === undefined) return fail({ reason: "deploy-target-unknown", deployTarget, known });
  const isLocal = target.network === "local";
  const environment = { workspaceRoot, projectRoot, project, deployTarget, isLocal };
  return ok({ environment, target });
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
