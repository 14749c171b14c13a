import { homedir } from "node:os";
import type { ExecutorContext, TaskGraph } from "@nx/devkit";
import { installPackages } from "@slipway/packages";
import { runBatch } from "../session/batch.ts";
import { runTask } from "../session/run-task.ts";
import type { Session } from "../session/session.ts";
import { openSessionRegistry } from "../session/user-registry.ts";
import { Options } from "./options.ts";

export default async function install(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: installProject });
}

export async function* installBatch(
  graph: TaskGraph,
  inputs: Record<string, unknown>,
  _overrides: unknown,
  context: ExecutorContext,
) {
  yield* runBatch({ graph, inputs, context, schema: Options, run: installProject });
}

async function installProject(session: Session) {
  return installPackages({
    workspaceRoot: session.workspaceRoot,
    projectRoot: session.projectRoot,
    home: homedir(),
    virtualEnv: process.env["VIRTUAL_ENV"],
    progress: session.progress,
    registry: openSessionRegistry(session),
  });
}
