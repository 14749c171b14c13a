import type { ExecutorContext } from "@nx/devkit";
import { verifyProcess } from "@slipway/processes/verify";
import { runTask } from "../session/run-task.ts";
import { Options } from "./options.ts";

export default async function aoVerify(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: verifyProcess });
}
