import { once } from "node:events";
import path from "node:path";
import { emitReadySignal } from "@nx/devkit";
import type { ExecutorContext } from "@nx/devkit";
import { StoppedEarly, startNetwork } from "@slipway/ao-network";
import { fail, ok } from "@slipway/signature/basics";
import type { Outcome } from "@slipway/signature";
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

/**
 * Serves until it is stopped. Its process ends with this one, however that ends. Nx ends the tasks of a tree from its
 * leaves: the network may have gone, as it was told, before this process hears of it.
 */
async function serve(
  { workspaceRoot, signal, progress }: Session,
  options: output<typeof Options>,
) {
  const stopped = { state: "done", cause: "stopped", facts: { state: options.state } } as const;
  try {
    await using network = await startNetwork(path.join(workspaceRoot, options.state), { signal });
    progress(
      `serving ${options.state}: faults and log at ${network.mu}, all addresses in its network.json`,
    );
    emitReadySignal(network.cu);
    const stopping = signal.aborted ? undefined : once(signal, "abort");
    const ended = await Promise.race([stopping, network.ended]);
    return ended === "failed"
      ? fail({ reason: "ao-network-failed", detail: "it ended by itself" } as const)
      : ok<Outcome>(stopped);
  } catch (error) {
    if (signal.aborted || error instanceof StoppedEarly) return ok<Outcome>(stopped);
    return fail({ reason: "ao-network-failed", detail: String(error) } as const);
  }
}
