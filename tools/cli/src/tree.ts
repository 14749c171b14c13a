import { homedir } from "node:os";
import path from "node:path";
import type { Failure } from "@slipway/report";
import { openLines } from "@slipway/report/lines";
import { askWatcher } from "@slipway/signature/ask-watcher";
import type { Asked, TreeAnswer } from "@slipway/signature/ask-watcher";
import { existsSync, realpathSync, statSync } from "@slipway/signature/file-system";
import { ok } from "@slipway/signature/result";
import type { Result } from "@slipway/signature/result";
import { readArguments } from "./arguments.ts";
import type { Call } from "./call.ts";
import { tellFailure, tellUsage } from "./tell.ts";
import { findWorkspace } from "./workspace.ts";

/** The digest of the files of a folder as they are on disk now. With a watcher there is nothing to look at, and little to load. */
export async function tree({ args }: Call): Promise<number> {
  const read = readArguments(args, { options, words: [0, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const given = path.resolve(read.value.words[0] ?? ".");
  const { json = false, "no-cache": isUncached = false } = read.value.options;
  if (statSync(given, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return tellFailure({ reason: "folder-missing", folder: given }, { json });
  }
  const place = placeOf(realpathSync(given));
  const asked = isUncached
    ? ({ state: "not-asked" } as const)
    : await askWatcher(place.root, { ask: "tree", folder: place.folder });
  const found = asked.state === "answered" ? ok(asked.tree) : await look(place, isUncached);
  if (!found.ok) return tellFailure(found.failure, { json });
  const { digest, sizeBytes } = found.value;
  openLines().line(
    json
      ? JSON.stringify({ schema: 1, folder: given, ...found.value, watcher: watcherText(asked) })
      : `${digest}/${sizeBytes}`,
  );
  return 0;
}

const options = { json: { type: "boolean" }, "no-cache": { type: "boolean" } } as const;

/** In a workspace its whole tree is known, and the folder is a part of it. */
type Place = { readonly root: string; readonly folder: string; readonly cacheFile: string };

function placeOf(folder: string): Place {
  const root = findWorkspace(folder);
  if (existsSync(path.join(root, "nx.json"))) {
    const below = path.relative(root, folder).split(path.sep).join("/");
    return { root, folder: below, cacheFile: path.join(root, ".slipway", "tree.bin") };
  }
  const caches = process.env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache");
  // The cache file says of which folder it is: one that comes to have this name in its place is read anew.
  const { dev, ino } = statSync(folder);
  const cacheFile = path.join(caches, "slipway", "trees", `${dev}-${ino}`);
  return { root: folder, folder: "", cacheFile };
}

async function look(
  { root, folder, cacheFile }: Place,
  isUncached: boolean,
): Promise<Result<TreeAnswer, Failure>> {
  const { openTree } = await import("@slipway/signature/tree");
  // Ctrl-C ends the process: there is nothing to put back.
  const { signal } = new AbortController();
  const opened = await openTree(root, {
    cacheFile: isUncached ? undefined : cacheFile,
    hashesAll: folder === "",
    signal,
  });
  if (!opened.ok) return opened;
  const digest = await opened.value.digestOfFolder(folder);
  await opened.value.save({ isSparing: true });
  return digest.ok ? ok({ ...digest.value, ...opened.value.countBelow(folder) }) : digest;
}

/** Why it was not the watcher that answered, where it was not. */
function watcherText(asked: Asked | { readonly state: "not-asked" }): string {
  return asked.state === "unable" ? `unable: ${asked.reason}` : asked.state;
}
