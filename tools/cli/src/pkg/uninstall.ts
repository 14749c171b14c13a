import path from "node:path";
import { findLock } from "@slipway/packages/find-lock";
import { uninstallPackages } from "@slipway/packages/uninstall";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openPackageCall } from "./package-call.ts";

/** The project of the nearest lock, or the folder that we stand in. */
export async function uninstall({ args }: Call): Promise<number> {
  const options = { json: { type: "boolean" } } as const;
  const read = readArguments(args, { options, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { home, signal, tell } = openPackageCall(read.value.options);
  const lockFile = await findLock(process.cwd());
  const projectFolder = lockFile === undefined ? process.cwd() : path.dirname(lockFile);
  const virtualEnv = process.env["VIRTUAL_ENV"];
  return tell(await uninstallPackages({ projectFolder, home, virtualEnv, signal }));
}
