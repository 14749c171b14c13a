import { once } from "node:events";
import path from "node:path";
import { emitReadySignal } from "@nx/devkit";
import type { ExecutorContext } from "@nx/devkit";
import { startNetwork } from "@slipway/ao-network";
import { fail, ok } from "@slipway/signature/basics";
import type { output } from "zod";
import { openSession, parseOptions } from "../session/session.ts";
import type { Session } from "../session/session.ts";
import { Options } from "./options.ts";

export default async function aoNetwork(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  await using session = await openSession(context);
  const options = parseOptions(Options, raw);
  return await session.finish(options.ok ? await serve(session, options.value) : options);
}

/** Serves until it is stopped. Its process ends with this one, however that ends. */
async function serve(
  { workspaceRoot, signal, progress }: Session,
  options: output<typeof Options>,
) {
  try {
    await using network = await startNetwork(path.join(workspaceRoot, options.state));
    progress(`serving ${options.state}, compute unit at ${network.cu}`);
    emitReadySignal(network.cu);
    if (!signal.aborted) await Promise.race([once(signal, "abort"), network.ended]);
    return signal.aborted
      ? ok({ state: "done", cause: "stopped", facts: { state: options.state } } as const)
      : fail({ reason: "ao-network-failed", detail: "it ended by itself" } as const);
  } catch (error) {
    return fail({ reason: "ao-network-failed", detail: String(error) } as const);
  }
}
