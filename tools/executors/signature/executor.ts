import type { ExecutorContext, TaskGraph } from "@nx/devkit";
import { runBatch } from "../session/batch.ts";
import { runTask } from "../session/run-task.ts";
import { Options } from "./options.ts";
import { signFleet } from "./sign-fleet.ts";

export default async function signature(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({
    raw,
    context,
    schema: Options,
    run: async (session) => signFleet(session, context),
  });
}

export async function* signatureBatch(
  graph: TaskGraph,
  inputs: Record<string, unknown>,
  _overrides: unknown,
  context: ExecutorContext,
): ReturnType<typeof runBatch> {
  yield* runBatch({
    graph,
    inputs,
    context,
    schema: Options,
    run: async (session) => signFleet(session, context),
  });
}
