import type { ExecutorContext, TaskGraph } from "@nx/devkit";
import { runBatch } from "../session/batch.ts";
import { runFolder } from "../session/run-folder.ts";
import { runTask } from "../session/run-task.ts";
import { readSignatureTexts } from "../session/signature-texts.ts";
import { Options } from "./options.ts";
import { writeProjectSignatures } from "./write-project-signatures.ts";

export default async function signature(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({
    raw,
    context,
    schema: Options,
    run: async (session) =>
      writeProjectSignatures(session, await readSignatureTexts(runFolder(session.workspaceRoot))),
  });
}

export async function* signatureBatch(
  graph: TaskGraph,
  inputs: Record<string, unknown>,
  _overrides: unknown,
  context: ExecutorContext,
): ReturnType<typeof runBatch> {
  const texts = await readSignatureTexts(runFolder(context.root));
  yield* runBatch({
    graph,
    inputs,
    context,
    schema: Options,
    run: async (session) => writeProjectSignatures(session, texts),
  });
}
