import type { ExecutorContext } from "@nx/devkit";
import { makeAgent, makeBase, openEngine, readBuildAccess } from "@slipway/images";
import { openSession, parseOptions } from "../session/session.ts";
import { readWorkspaceName } from "../session/workspace-name.ts";
import { Options } from "./options.ts";

export default async function image(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  await using session = await openSession(context);
  const options = parseOptions(Options, raw);
  if (!options.ok) return session.finish(options);
  const { workspaceRoot, signal, progress } = session;
  const counted = (question: string): void => session.counted("engine", question);
  const opened = await openEngine({ counted, signal });
  if (!opened.ok) return session.finish(opened);
  using engine = opened.value;
  await engine.reap();
  const access = await readBuildAccess(process.env, signal);
  const workspace = readWorkspaceName(workspaceRoot);
  const build = { workspaceRoot, workspace, engine, access, signal, progress };
  const project = { name: session.projectName, folder: session.projectRoot };
  return session.finish(
    options.value.kind === "base"
      ? await makeBase(build, project, options.value.rootfs)
      : await makeAgent(build, project, options.value.bases),
  );
}
