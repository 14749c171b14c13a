import type { ExecutorContext } from "@nx/devkit";
import { deployProcess } from "@slipway/processes/deploy";
import { runTask } from "../session/run-task.ts";
import { Options } from "./options.ts";

export default async function aoDeploy(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: deployProcess });
}
