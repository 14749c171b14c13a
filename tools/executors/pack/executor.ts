import type { ExecutorContext } from "@nx/devkit";
import { packPackage } from "@slipway/packages";
import { openSession, parseOptions } from "../session/session.ts";
import { Options } from "./options.ts";

export default async function pack(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  await using session = await openSession(context);
  const options = parseOptions(Options, raw);
  return session.finish(options.ok ? await packPackage(session) : options);
}
