import type { ExecutorContext } from "@nx/devkit";
import { writeIds } from "@slipway/processes/write-ids";
import { runTask } from "../session/run-task.ts";
import { Options } from "./options.ts";

export default async function aoIds(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: (session) => writeIds(session) });
}
