import path from "node:path";
import type { ExecutorContext, TaskGraph } from "@nx/devkit";
import { readSigningKey, signingKeyFile } from "@slipway/attestation/key";
import { pushPackage } from "@slipway/packages/push";
import { packFolder } from "@slipway/packages/receipt";
import { ok } from "@slipway/signature/basics";
import type { output } from "zod";
import { runBatch } from "../session/batch.ts";
import { runTask } from "../session/run-task.ts";
import type { Session } from "../session/session.ts";
import { openSessionRegistry } from "../session/user-registry.ts";
import { Options } from "./options.ts";

export default async function push(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: pushProject });
}

export async function* pushBatch(
  graph: TaskGraph,
  inputs: Record<string, unknown>,
  _overrides: unknown,
  context: ExecutorContext,
) {
  yield* runBatch({ graph, inputs, context, schema: Options, run: pushProject });
}

async function pushProject(session: Session, options: output<typeof Options>) {
  const { repository, rivals, sign = false } = options;
  const key = sign ? await readSigningKey(signingKeyFile(process.env)) : ok(undefined);
  if (!key.ok) return key;
  return pushPackage({
    packFolder: path.join(session.workspaceRoot, session.projectRoot, packFolder),
    repository,
    rivals,
    registry: openSessionRegistry(session),
    signingKey: key.value,
  });
}
