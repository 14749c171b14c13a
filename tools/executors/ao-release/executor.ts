import type { ExecutorContext } from "@nx/devkit";
import { releaseProject } from "@slipway/processes/release/release-project";
import { runTask } from "../session/run-task.ts";
import { Options } from "./options.ts";

export default async function aoRelease(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: releaseProject });
}
