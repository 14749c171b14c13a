import { homedir } from "node:os";
import path from "node:path";
import { emitReadySignal } from "@nx/devkit";
import type { ExecutorContext } from "@nx/devkit";
import { findProgram, serveRegistry } from "@slipway/registry";
import type { output } from "zod";
import { openSession, parseOptions } from "../session/session.ts";
import type { Session } from "../session/session.ts";
import { Options } from "./options.ts";

export default async function registry(
  raw: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  await using session = await openSession(context);
  const options = parseOptions(Options, raw);
  return await session.finish(options.ok ? await serve(session, options.value) : options);
}

async function serve(session: Session, { port }: output<typeof Options>) {
  const { signal, progress } = session;
  const caches = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  return serveRegistry({
    port,
    folder: path.join(session.workspaceRoot, ".slipway", "registry"),
    signal,
    progress,
    ready: (url) => void emitReadySignal(url),
    findProgram: () =>
      findProgram({
        folders: (process.env["PATH"] ?? "").split(path.delimiter),
        cacheFolder: path.join(caches, "slipway"),
        progress,
        signal,
      }),
  });
}
