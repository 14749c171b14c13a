import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { readDefinition } from "../definition/definition-file.ts";
import type { ProcessesFailure } from "../failure.ts";
import type { TaskContext } from "../task.ts";

type NamedTarget = { readonly deployTarget: string; readonly isLocal: boolean };

/** The deploy target that was asked for, else the first of the definition, as `ao-deploy` takes it. */
export async function deployTargetOf(
  { workspaceRoot, projectRoot }: Pick<TaskContext, "workspaceRoot" | "projectRoot">,
  asked: string | undefined,
): Promise<Result<NamedTarget, ProcessesFailure>> {
  const definition = await readDefinition(workspaceRoot, projectRoot);
  if (!definition.ok) return definition;
  const { targets } = definition.value;
  const known = Object.keys(targets);
  const deployTarget = asked ?? known[0] ?? "";
  const target = targets[deployTarget];
  return target === undefined
    ? fail({ reason: "deploy-target-unknown", deployTarget, known })
    : ok({ deployTarget, isLocal: target.network === "local" });
}
