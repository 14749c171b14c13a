import type { ExecutorContext } from "@nx/devkit";
import { bundleProcess } from "@slipway/processes/bundle-process";
import { runTask } from "../session/run-task.ts";
import { Options } from "./options.ts";

export default async function aoBundle(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: bundleProcess });
}
