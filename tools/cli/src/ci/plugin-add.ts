import { addPlugin, parseAddress } from "@slipway/pipelines/sync";
import { openAnswer } from "../answer.ts";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { pipelinePlaceOf } from "../pipeline-place.ts";
import { tellFailure, tellUsage } from "../tell.ts";
import { openSync, syncWords, syncedRows, withVersions } from "./sync-here.ts";

/** Writes a plugin into `cig.toml`, and syncs. */
export async function addToPipeline({ args }: Call): Promise<number> {
  const read = readArguments(args, { options: syncWords, words: [1, 2] });
  if (!read.ok) return tellUsage(read.failure);
  const [text = "", folder = "."] = read.value.words;
  const address = parseAddress(text);
  if ("message" in address) {
    const problem = `${text}, character ${address.column}: ${address.message}`;
    return tellUsage({ reason: "arguments-invalid", problem });
  }
  const { offline, grant = [], json = false } = read.value.options;
  const answer = openAnswer({ json });
  const wish = { isOffline: offline === true, grants: grant };
  const place = pipelinePlaceOf(folder);
  const opened = await openSync(place, answer, wish);
  if (!opened.ok) return tellFailure(opened.failure, { json });
  const added = await addPlugin(address, opened.value);
  if (!added.ok) return tellFailure(added.failure, { json });
  const { name, ...modules } = added.value;
  const synced = await withVersions(place, answer, { synced: modules, isFrozen: false });
  if (!synced.ok) return tellFailure(synced.failure, { json });
  const { state, lock, differences } = synced.value;
  return answer.show(
    { state, plugin: name, plugins: lock.plugins, differences },
    syncedRows(synced.value),
  );
}
