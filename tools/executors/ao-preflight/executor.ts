import type { ExecutorContext } from "@nx/devkit";
import { preflightProject } from "@slipway/processes/preflight/project";
import { runTask } from "../session/run-task.ts";
import { Options } from "./options.ts";

export default async function aoPreflight(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: (session) => preflightProject(session) });
}
