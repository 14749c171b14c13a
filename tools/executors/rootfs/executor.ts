import path from "node:path";
import type { ExecutorContext } from "@nx/devkit";
import { makeRootfs } from "@slipway/images/rootfs";
import type { output } from "zod";
import { runTask } from "../session/run-task.ts";
import type { Session } from "../session/session.ts";
import { readWorkspaceName } from "../session/workspace-name.ts";
import { Options } from "./options.ts";

export default async function rootfs(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: bootstrap });
}

async function bootstrap(session: Session, options: output<typeof Options>) {
  session.progress(`bootstrapping Debian ${options.suite}`);
  return makeRootfs({
    ...options,
    workspaceRoot: session.workspaceRoot,
    workspace: readWorkspaceName(session.workspaceRoot),
    folder: path.posix.join(session.projectRoot, "dist", "rootfs"),
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    logFile: path.join(session.workspaceRoot, ".slipway", "logs", `${session.projectName}.log`),
    signal: session.signal,
  });
}
