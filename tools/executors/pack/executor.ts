import type { ExecutorContext } from "@nx/devkit";
import { packPackage } from "@slipway/packages/pack";
import { runTask } from "../session/run-task.ts";
import { Options } from "./options.ts";

export default async function pack(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: packPackage });
}
