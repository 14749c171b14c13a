import { homedir } from "node:os";
import type { ExecutorContext, TaskGraph } from "@nx/devkit";
import { installPackages } from "@slipway/packages";
import { openRegistry } from "@slipway/registry";
import { runBatch } from "../session/batch.ts";
import { openSession, parseOptions } from "../session/session.ts";
import type { Session } from "../session/session.ts";
import { Options } from "./options.ts";

export default async function install(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  await using session = await openSession(context);
  const options = parseOptions(Options, raw);
  return session.finish(options.ok ? await installProject(session) : options);
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
    registry: openRegistry({
      signal: session.signal,
      counted: (question) => session.counted("registry", question),
    }),
  });
}
