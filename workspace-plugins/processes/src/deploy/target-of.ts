import { ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { readDefinition } from "../definition/definition-file.ts";
import type { ProcessesFailure } from "../failure.ts";
import type { TaskContext } from "../task.ts";

/** The deploy target that was asked for, else the first of the definition, as `ao-deploy` takes it. */
export async function deployTargetOf(
  { workspaceRoot, projectRoot }: Pick<TaskContext, "workspaceRoot" | "projectRoot">,
  asked: string | undefined,
): Promise<Result<string, ProcessesFailure>> {
  if (asked !== undefined) return ok(asked);
  const definition = await readDefinition(workspaceRoot, projectRoot);
  if (!definition.ok) return definition;
  return ok(Object.keys(definition.value.targets)[0] ?? "");
}
