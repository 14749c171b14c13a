import { userHome } from "@slipway/registry/user-home";
import type { ExecutorContext, TaskGraph } from "@nx/devkit";
import { installPackages } from "@slipway/packages/install";
import type { SeenEntries } from "@slipway/packages";
import type { Registry } from "@slipway/registry";
import { runBatch } from "../session/batch.ts";
import { runTask } from "../session/run-task.ts";
import type { Session } from "../session/session.ts";
import { openBatchRegistry, openSessionRegistry } from "../session/user-registry.ts";
import { Options } from "./options.ts";

export default async function install(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: installAlone });
}

/** The projects share one look at the store and one client of the registries. */
export async function* installBatch(
  graph: TaskGraph,
  inputs: Record<string, unknown>,
  _overrides: unknown,
  context: ExecutorContext,
) {
  const registryOf = openBatchRegistry();
  const seen: SeenEntries = new Map();
  const run = async (session: Session) => installProject(session, registryOf(session), seen);
  yield* runBatch({ graph, inputs, context, schema: Options, run });
}

async function installAlone(session: Session) {
  return installProject(session, openSessionRegistry(session), new Map());
}

async function installProject(session: Session, registry: Registry, seen: SeenEntries) {
  return installPackages({
    workspaceRoot: session.workspaceRoot,
    projectRoot: session.projectRoot,
    home: userHome(),
    virtualEnv: process.env["VIRTUAL_ENV"],
    signal: session.signal,
    progress: session.progress,
    registry,
    seen,
  });
}
