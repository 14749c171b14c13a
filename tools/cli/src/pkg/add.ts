import path from "node:path";
import { addPackage as lockPackage } from "@slipway/packages/add";
import { findLock } from "@slipway/packages/find-lock";
import { lockName } from "@slipway/packages/lock";
import { addedLines } from "@slipway/report/installation";
import { openLines } from "@slipway/report/lines";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openPackageCall } from "./package-call.ts";

/** Locks what a reference names now, in the nearest lock, or else in one of the folder that we stand in. */
export async function addPackage({ args }: Call): Promise<number> {
  const options = { json: { type: "boolean" } } as const;
  const read = readArguments(args, { options, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const [reference = ""] = read.value.words;
  // A word alone is rather a slip of `file`, `dep` or `dev` than a name of Docker Hub, and nobody is asked for it.
  if (!/[/:]/.test(reference)) {
    const problem = `unknown subcommand '${reference}': it is file, dep, dev or a reference such as <host>/<repository>:<tag>`;
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  const { json = false } = read.value.options;
  const { registry, store, cache, signal, tell } = openPackageCall({ json });
  const lockFile = (await findLock(process.cwd())) ?? path.join(process.cwd(), lockName);
  const added = await lockPackage({ reference, lockFile, store, cache, registry, signal });
  if (!added.ok || json) return tell(added);
  const { line } = openLines();
  for (const each of addedLines(added.value, lockFile)) line(each);
  return 0;
}
