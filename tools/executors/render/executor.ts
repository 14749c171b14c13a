import type { ExecutorContext } from "@nx/devkit";
import { renderPlanned } from "@slipway/pipelines/planned-files";
import { runTask } from "../session/run-task.ts";
import { lastOf } from "../session/several-failures.ts";
import { Options } from "./options.ts";

export default async function render(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({
    raw,
    context,
    schema: Options,
    run: async ({ workspaceRoot: root, projectRoot, signal }, { check: isCheck }) =>
      lastOf(await renderPlanned({ root, projectRoot, isCheck, signal })),
  });
}
