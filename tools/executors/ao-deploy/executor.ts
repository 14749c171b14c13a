import type { ExecutorContext } from "@nx/devkit";
import { deployProcess } from "@slipway/processes";
import { openSession, parseOptions } from "../session/session.ts";
import { Options } from "./options.ts";

export default async function aoDeploy(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  await using session = await openSession(context);
  const options = parseOptions(Options, raw);
  return session.finish(options.ok ? await deployProcess(session, options.value) : options);
}
