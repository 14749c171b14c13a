import type { ExecutorContext, TaskGraph } from "@nx/devkit";
import { readSigningKey, signingKeyFile } from "@slipway/attestation/key";
import { pushLayout } from "@slipway/images/push";
import { ok } from "@slipway/signature/basics";
import type { output } from "zod";
import { runBatch } from "../session/batch.ts";
import { runTask } from "../session/run-task.ts";
import type { Session } from "../session/session.ts";
import { openSessionRegistry } from "../session/user-registry.ts";
import { Options } from "./options.ts";

export default async function imagePush(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: pushOne });
}

export async function* imagePushBatch(
  graph: TaskGraph,
  inputs: Record<string, unknown>,
  _overrides: unknown,
  context: ExecutorContext,
): ReturnType<typeof runBatch> {
  yield* runBatch({ graph, inputs, context, schema: Options, run: pushOne });
}

async function pushOne(session: Session, options: output<typeof Options>) {
  const { workspaceRoot, projectName } = session;
  const { sign = false, ...image } = options;
  const key = sign ? await readSigningKey(signingKeyFile(process.env)) : ok(undefined);
  if (!key.ok) return key;
  return pushLayout(openSessionRegistry(session), {
    ...image,
    signingKey: key.value,
    workspaceRoot,
    target: `${projectName}:image`,
  });
}
