import { openLines } from "@slipway/report/lines";
import { lieLines, verificationLines } from "@slipway/report/verification";
import { verifyWorkspace } from "@slipway/signature";
import { readArguments } from "./arguments.ts";
import type { Call } from "./call.ts";
import { commandEnvironment } from "./environment.ts";
import { signAllJobs } from "./target-signatures.ts";
import { tellFailure, tellUsage } from "./tell.ts";
import { deriveAnew } from "./workspace-targets.ts";

/** Finds everything anew, without any cache, and says where one does not agree. */
export async function verify({ workspaceRoot, args }: Call): Promise<number> {
  const read = readArguments(args, { options: { json: { type: "boolean" } }, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { json = false } = read.value.options;
  // Ctrl-C ends the process: there is nothing to put back.
  const { signal } = new AbortController();
  const environment = await commandEnvironment(workspaceRoot, process.env);
  const verified = await verifyWorkspace({
    root: workspaceRoot,
    environment,
    otherEnvironment: { ...environment, SLIPWAY_ENGINE: process.env["SLIPWAY_ENGINE"] },
    derive: () => deriveAnew(workspaceRoot),
    signJobs: (tree) => signAllJobs({ tree, environment }, signal),
    signal,
  });
  if (!verified.ok) return tellFailure(verified.failure, { json });
  const checks = verified.value;
  const { line } = openLines();
  if (json) line(JSON.stringify({ schema: 1, checks }, undefined, 2));
  else line([...verificationLines(checks), ...lieLines(checks)].join("\n"));
  return checks.some(({ lies }) => lies.length > 0) ? 1 : 0;
}
