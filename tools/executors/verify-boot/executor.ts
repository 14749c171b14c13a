import path from "node:path";
import type { ExecutorContext } from "@nx/devkit";
import { verifyBoot } from "@slipway/smoke";
import type { z } from "zod";
import { openSession, parseOptions } from "../session/session.ts";
import type { Session } from "../session/session.ts";
import { Options } from "./options.ts";

export default async function verifyBootTranscript(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  await using session = await openSession(context);
  const options = parseOptions(Options, raw);
  return session.finish(options.ok ? await verifyProject(session, options.value) : options);
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
