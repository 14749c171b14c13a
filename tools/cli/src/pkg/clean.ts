import { cleanFolders, cleanable } from "@slipway/packages/clean";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openPackageCall } from "./package-call.ts";

/** Of the user's `~/.aigogo`; nothing of a project. */
export async function cleanUserFolders({ args }: Call): Promise<number> {
  const flag = { type: "boolean" } as const;
  const flags = { envs: flag, cache: flag, store: flag, all: flag };
  const options = { ...flags, "dry-run": flag, json: flag };
  const read = readArguments(args, { options, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { all = false, "dry-run": isDry = false, ...chosen } = read.value.options;
  const folders = cleanable.filter((name) => all || chosen[name] === true);
  const { home, signal, progress, tell } = openPackageCall(read.value.options);
  return tell(await cleanFolders({ home, folders, isDry, signal, progress }));
}
