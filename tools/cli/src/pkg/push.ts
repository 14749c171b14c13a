import path from "node:path";
import { cacheIn } from "@slipway/packages/cache/cache";
import { pushReference } from "@slipway/packages/remote/push";
import { pushedLines } from "@slipway/report/installation";
import { openLines } from "@slipway/report/lines";
import { ok } from "@slipway/signature";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openPackageCall } from "./package-call.ts";

const options = {
  from: { type: "string" },
  force: { type: "boolean" },
  sign: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Of a local build, or of a project folder, the one that we stand in without another. */
export async function pushToRegistry({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [1, 2] });
  if (!read.ok) return tellUsage(read.failure);
  const [reference = "", folder] = read.value.words;
  const { from: build, force: mayMove = false, sign = false, json = false } = read.value.options;
  if (build !== undefined && folder !== undefined) {
    return tellUsage({
      reason: "arguments-invalid",
      problem: "--from and a folder are two sources",
    });
  }
  const { home, registry, signal, progress, tell } = openPackageCall(read.value.options);
  const from = build === undefined ? { project: path.resolve(folder ?? ".") } : { build };
  const cache = cacheIn(home);
  const key = sign ? await ownKey() : ok(undefined);
  if (!key.ok) return tell(key);
  const now = new Date();
  const signingKey = key.value;
  const pushed = await pushReference({
    reference,
    from,
    mayMove,
    cache,
    registry,
    progress,
    now,
    signal,
    signingKey,
  });
  if (!pushed.ok || json) return tell(pushed);
  const { line } = openLines();
  for (const each of pushedLines(reference, pushed.value)) line(each);
  return 0;
}

/** Loaded here: most pushes are not signed. */
async function ownKey() {
  const { readSigningKey, signingKeyFile } = await import("@slipway/attestation");
  return readSigningKey(signingKeyFile(process.env));
}
