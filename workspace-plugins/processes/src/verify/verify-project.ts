import { inParallel, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { readDefinition } from "../definition/definition-file.ts";
import type { Effects } from "../deploy/settle.ts";
import type { ProcessesFailure } from "../failure.ts";
import { environmentOf } from "../record/environment.ts";
import type { TaskContext } from "../task.ts";
import { isSound } from "./state.ts";
import { verifyEnvironment } from "./verify-environment.ts";
import type { SeenProcess } from "./verify-environment.ts";

/** How many environments are asked at a time; those of one compute unit share what it allows. */
const atOnce = 4;

/** All environments of a project, or those that are named. */
export async function verifyProject(
  task: TaskContext,
  asked: readonly string[],
  effects: Effects = {},
): Promise<Result<readonly SeenProcess[], ProcessesFailure>> {
  const definition = await readDefinition(task.workspaceRoot, task.projectRoot);
  if (!definition.ok) return definition;
  const known = Object.keys(definition.value.targets);
  for (const deployTarget of asked) {
    const found = environmentOf(task, definition.value, deployTarget);
    if (!found.ok) return found;
  }
  const targets = asked.length === 0 ? known : known.filter((name) => asked.includes(name));
  const seen = await inParallel(atOnce, targets, (deployTarget) =>
    verifyEnvironment(task, { deployTarget, looksBehind: true }, effects),
  );
  return seen.ok ? ok(seen.value.flat()) : seen;
}

/** Whether it runs what was deployed, and answers as it should. `isStrict`: and is what is bundled, and nothing more. */
export function isFaulty(
  { state, checks, changedBy }: SeenProcess,
  { isStrict }: { readonly isStrict: boolean },
): boolean {
  if (isStrict && (state !== "agrees" || changedBy.length > 0)) return true;
  return !isSound(state) || (checks?.failed.length ?? 0) > 0;
}
