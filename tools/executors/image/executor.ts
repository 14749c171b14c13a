import type { ExecutorContext } from "@nx/devkit";
import {
  buildTurnsFolder,
  makeAgent,
  makeBase,
  openBuildTurns,
  openEngine,
  parallelBuilds,
  readBuildAccess,
} from "@slipway/images";
import type { ImageReceipt, ImagesFailure } from "@slipway/images";
import type { output } from "zod";
import { runTask } from "../session/run-task.ts";
import type { Session } from "../session/session.ts";
import { readWorkspaceName } from "../session/workspace-name.ts";
import { Options } from "./options.ts";

/** Longer than any build may take. */
const turnMs = 2 * 60 * 60 * 1000;

export default async function image(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: makeImages });
}

async function makeImages(session: Session, options: output<typeof Options>) {
  const { workspaceRoot, signal, progress } = session;
  const counted = (question: string): void => session.counted("engine", question);
  const opened = await openEngine({ counted, signal });
  if (!opened.ok) return opened;
  using engine = opened.value;
  await engine.reap();
  const access = await readBuildAccess(process.env, signal);
  const workspace = readWorkspaceName(workspaceRoot);
  const turns = openBuildTurns<ImageReceipt, ImagesFailure>({
    folder: buildTurnsFolder(process.env),
    limit: parallelBuilds(process.env),
    signal,
    progress,
    timeoutMs: turnMs,
  });
  const build = { workspaceRoot, workspace, engine, access, turns, signal, progress };
  const project = { name: session.projectName, folder: session.projectRoot };
  // Awaited here: the engine is closed when this function returns.
  return options.kind === "base"
    ? await makeBase(build, project, options.rootfs)
    : await makeAgent(build, project, options.bases);
}
