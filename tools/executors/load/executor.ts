import type { ExecutorContext, TaskGraph } from "@nx/devkit";
import { listImages, loadImages } from "@slipway/images/load-images";
import { runBatch } from "../session/batch.ts";
import { imagesQuestion } from "../session/run-folder.ts";
import { runTask } from "../session/run-task.ts";
import type { Session } from "../session/session.ts";
import type { output } from "zod";
import { Options } from "./options.ts";

export default async function load(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: loadOne });
}

export async function* loadBatch(
  graph: TaskGraph,
  inputs: Record<string, unknown>,
  _overrides: unknown,
  context: ExecutorContext,
): ReturnType<typeof runBatch> {
  yield* runBatch({ graph, inputs, context, schema: Options, run: loadOne });
}

async function loadOne(
  session: Session,
  options: output<typeof Options>,
): ReturnType<typeof loadImages> {
  const { workspaceRoot, projectName, signal } = session;
  const counted = (question: string): void => session.counted("engine", question);
  return loadImages({
    workspaceRoot,
    layouts: options.layouts,
    target: `${projectName}:image`,
    signal,
    counted,
    images: async () => session.once(imagesQuestion, async () => listImages({ counted, signal })),
  });
}
