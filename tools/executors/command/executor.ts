import type { ExecutorContext } from "@nx/devkit";
import { keepOutputs } from "../session/kept-outputs.ts";
import { runTask } from "../session/run-task.ts";
import type { Session } from "../session/session.ts";
import { fail, otherVariables, secretKeyIn } from "@slipway/signature";
import type { output } from "zod";
import { Options } from "./options.ts";
import { runCommand } from "./run-command.ts";

export default async function command(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: runPlanned });
}

/** For each task, whatever it was before. */
const setByNx = /^(?:NX_|FORCE_COLOR$)/;

/** What a command may see follows from its plan: without one there is nothing to run it with. */
async function runPlanned(session: Session, options: output<typeof Options>) {
  const { workspaceRoot, projectRoot, projectName, target, signal, progress } = session;
  const planned = await session.planned();
  if (planned?.state !== "signed") {
    return fail({ reason: "target-not-planned", target: `${projectName}:${target}` } as const);
  }
  const { action } = planned;
  const others = await otherVariables(action.env, process.env, secretKeyIn(workspaceRoot));
  const moved = others.filter((name) => !setByNx.test(name));
  if (moved.length > 0) return fail({ reason: "variables-differ", variables: moved } as const);
  const result = await runCommand({
    workspaceRoot,
    projectRoot,
    action,
    options,
    ambient: process.env,
    signal,
    progress,
  });
  const hash = process.env["NX_TASK_HASH"];
  if (result.ok && hash !== undefined && action.cached) {
    const { outputs } = action;
    await keepOutputs(workspaceRoot, { id: planned.id, hash, outputs });
  }
  return result;
}
