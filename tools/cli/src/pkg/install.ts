import path from "node:path";
import { findLock } from "@slipway/packages/find-lock";
import { installPackages } from "@slipway/packages/install";
import { lockName } from "@slipway/packages/lock";
import { languagesInNeed } from "@slipway/packages/show-deps/languages-in-need";
import { installationLines } from "@slipway/report/installation";
import { openLines } from "@slipway/report/lines";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { openPackageCall } from "./package-call.ts";

const options = {
  frozen: { type: "boolean" },
  offline: { type: "boolean" },
  "dry-run": { type: "boolean" },
  system: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** The lock of the folder that we stand in, or of the nearest one above it. */
export async function installLocked({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { json = false, frozen = false, offline = false } = read.value.options;
  const { home, store, registry, signal, progress, tell } = openPackageCall({ json });
  const lockFile = await findLock(process.cwd());
  if (lockFile === undefined) {
    return tellFailure({ reason: "package-file-missing", file: lockName }, { json });
  }
  progress(`Installing packages from ${lockFile}`);
  const { system: mayWriteSystem = false } = read.value.options;
  const installed = await installPackages({
    workspaceRoot: path.dirname(lockFile),
    projectRoot: ".",
    home,
    virtualEnv: process.env["VIRTUAL_ENV"],
    systemFolder: mayWriteSystem ? await systemFolder(signal) : undefined,
    registry,
    signal,
    progress,
    isFrozen: frozen,
    isOffline: offline,
    isDryRun: read.value.options["dry-run"] ?? false,
  });
  if (!installed.ok || json) return tell(installed);
  const { line } = openLines();
  const { state, packages } = installed.value;
  const inNeed = state === "done" ? await languagesInNeed(store, packages) : [];
  const folder = path.relative(process.cwd(), path.dirname(lockFile));
  for (const each of installationLines(installed.value, { inNeed, folder })) line(each);
  return 0;
}

/** Loaded for those who ask for it: it runs a program. */
async function systemFolder(signal: AbortSignal): Promise<string | undefined> {
  const { systemSitePackages } = await import("@slipway/packages/system-python");
  return systemSitePackages(process.env, signal);
}
