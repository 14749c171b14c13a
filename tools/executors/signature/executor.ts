import type { ExecutorContext, TaskGraph } from "@nx/devkit";
import { hashAsPays, openHashPool } from "@slipway/signature";
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
    run: async (session) => signFleet(session, context, hashAsPays),
  });
}

export async function* signatureBatch(
  graph: TaskGraph,
  inputs: Record<string, unknown>,
  _overrides: unknown,
  context: ExecutorContext,
): ReturnType<typeof runBatch> {
  await using pool = await openHashPool();
  yield* runBatch({
    graph,
    inputs,
    context,
    schema: Options,
    run: async (session) => signFleet(session, context, pool.hash),
  });
}
