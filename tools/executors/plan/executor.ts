import path from "node:path";
import type { ExecutorContext } from "@nx/devkit";
import { planFiles } from "@slipway/pipelines/planned-files";
import { runTask } from "../session/run-task.ts";
import { lastOf } from "../session/several-failures.ts";
import { Options } from "./options.ts";

export default async function plan(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({
    raw,
    context,
    schema: Options,
    run: async ({ workspaceRoot, projectRoot, signal }, { limitMs }) =>
      lastOf(
        await planFiles({
          root: workspaceRoot,
          file: path.posix.join(projectRoot, "cig.toml"),
          limits: { limitMs, signal },
        }),
      ),
  });
}
