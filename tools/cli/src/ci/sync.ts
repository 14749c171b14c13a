import { syncModules } from "@slipway/pipelines/sync";
import { openAnswer } from "../answer.ts";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { pipelinePlaceOf } from "../pipeline-place.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { openSync, syncWords, syncedRows, withVersions } from "./sync-here.ts";

const options = {
  ...syncWords,
  frozen: { type: "boolean" },
  update: { type: "boolean" },
} as const;

/** Makes `cig.lock` and this machine agree with `cig.toml`. */
export async function syncPipeline({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { frozen, offline, update, grant = [], json = false } = read.value.options;
  if (frozen === true && update === true) {
    const problem = "--frozen keeps what is locked, and --update does not";
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  const answer = openAnswer({ json });
  const wish = {
    isFrozen: frozen === true,
    isOffline: offline === true,
    isUpdate: update === true,
    grants: grant,
  };
  const place = pipelinePlaceOf(read.value.words[0] ?? ".");
  const opened = await openSync(place, answer, wish);
  if (!opened.ok) return tellFailure(opened.failure, { json });
  const modules = await syncModules(opened.value);
  if (!modules.ok) return tellFailure(modules.failure, { json });
  const about = { synced: modules.value, isFrozen: wish.isFrozen };
  const synced = await withVersions(place, answer, about);
  if (!synced.ok) return tellFailure(synced.failure, { json });
  const { state, lock, differences } = synced.value;
  return answer.show({ state, plugins: lock.plugins, differences }, syncedRows(synced.value));
}
