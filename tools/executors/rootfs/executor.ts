import path from "node:path";
import type { ExecutorContext } from "@nx/devkit";
import { makeRootfs } from "@slipway/images";
import { openSession, parseOptions } from "../session/session.ts";
import { readWorkspaceName } from "../session/workspace-name.ts";
import { Options } from "./options.ts";

export default async function rootfs(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  await using session = await openSession(context);
  const options = parseOptions(Options, raw);
  if (!options.ok) return session.finish(options);
  session.progress(`bootstrapping Debian ${options.value.suite}`);
  return session.finish(
    await makeRootfs({
      ...options.value,
      workspaceRoot: session.workspaceRoot,
      workspace: readWorkspaceName(session.workspaceRoot),
      folder: path.posix.join(session.projectRoot, "dist", "rootfs"),
      architecture: process.arch === "arm64" ? "arm64" : "amd64",
      logFile: path.join(session.workspaceRoot, ".slipway", "logs", "rootfs.log"),
      signal: session.signal,
    }),
  );
}
