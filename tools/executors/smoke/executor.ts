import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ExecutorContext } from "@nx/devkit";
import { openEngine } from "@slipway/images/engine";
import { signingKeyFile } from "@slipway/attestation/key";
import { runSmoke } from "@slipway/smoke/smoke";
import type { z } from "zod";
import { runTask } from "../session/run-task.ts";
import type { Session } from "../session/session.ts";
import { Options } from "./options.ts";

export default async function smoke(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runTask({ raw, context, schema: Options, run: smokeProject });
}

async function smokeProject(session: Session, { imageRoot }: z.output<typeof Options>) {
  const { workspaceRoot, projectRoot, projectName, signal, progress } = session;
  const counted = (question: string): void => session.counted("engine", question);
  const opened = await openEngine({ counted, signal });
  if (!opened.ok) return opened;
  using engine = opened.value;
  const { version, platform } = engine;
  // Awaited here: the engine is closed when this function returns.
  return await runSmoke(
    { run: engine.run, engine: { version, ...platform }, nextSecond },
    {
      project: {
        name: projectName,
        folder: path.join(workspaceRoot, projectRoot),
        imageFolder: path.join(workspaceRoot, imageRoot, "dist", "image"),
      },
      keyFile: signingKeyFile(process.env),
      startedAt: new Date(),
      signal,
      progress,
    },
  );
}

async function nextSecond(): Promise<void> {
  await delay(1000 - (Date.now() % 1000));
}
