import path from "node:path";
import type { ExecutorContext } from "@nx/devkit";
import { verifyBoot } from "@slipway/smoke/verify-boot";
import type { z } from "zod";
import { runTask } from "../session/run-task.ts";
import type { Session } from "../session/session.ts";
import { Options } from "./options.ts";

export default async function verifyBootTranscript(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: verifyProject });
}

async function verifyProject(session: Session, { imageRoot }: z.output<typeof Options>) {
  const { workspaceRoot, projectRoot, projectName, signal } = session;
  return verifyBoot({
    project: {
      name: projectName,
      folder: path.join(workspaceRoot, projectRoot),
      imageFolder: path.join(workspaceRoot, imageRoot, "dist", "image"),
    },
    workspaceRoot,
    now: new Date(),
    signal,
  });
}
