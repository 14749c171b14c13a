import type { ExecutorContext } from "@nx/devkit";
import { bundleProcess } from "@slipway/processes";
import { openSession, parseOptions } from "../session/session.ts";
import { Options } from "./options.ts";

export default async function aoBundle(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  await using session = await openSession(context);
  const options = parseOptions(Options, raw);
  return session.finish(options.ok ? await bundleProcess(session) : options);
}
