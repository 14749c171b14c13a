import { homedir } from "node:os";
import path from "node:path";
import { readWorkspaceName } from "@slipway/executors/runs";
import { openEngine } from "@slipway/images";
import { memoryIn } from "@slipway/images/run/project-memory";
import { prune } from "@slipway/images/run/prune";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import { imagesRoot, stateFolder, userWorkspace } from "./own-folders.ts";

/** Removes what nobody needs any more, and nothing that is not ours. */
export async function pruneLeftovers(call: Call): Promise<number> {
  const options = { "dry-run": { type: "boolean" }, json: { type: "boolean" } } as const;
  const read = readArguments(call.args, { options, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { "dry-run": isDryRun = false, json = false } = read.value.options;
  const { catalogue, signal, show, tell, workspaceRoot } = openAgentCall(call, { json });
  const found = await catalogue();
  if (!found.ok) return tell(found);
  const opened = await openEngine({ counted: () => undefined, signal });
  if (!opened.ok) return tell(opened);
  using engine = opened.value;
  const isOfCatalogue = workspaceRoot === undefined;
  const own = { name: userWorkspace, root: imagesRoot(process.env), isOfCatalogue };
  const workspaces = isOfCatalogue
    ? [own]
    : [own, { name: readWorkspaceName(workspaceRoot), root: workspaceRoot, isOfCatalogue: true }];
  const pruned = await prune({
    engine,
    catalogue: found.value,
    workspaces,
    memory: memoryIn(homedir(), stateFolder(process.env)),
    logFolders: workspaces.map(({ root }) => path.join(root, ".slipway", "logs")),
    now: new Date(),
    isDryRun,
  });
  if (!pruned.ok) return await tell(pruned);
  const { images, titles, layouts, logs, rebuilt, projects, kept } = pruned.value;
  const gone = {
    image: images,
    layout: layouts,
    log: logs,
    "second build": rebuilt,
    "memory of": projects,
  };
  const rows = Object.entries(gone).flatMap(([what, names]) =>
    names.map((name) => [isDryRun ? "would remove" : "removed", what, name, titles[name] ?? ""]),
  );
  const stayed = kept.map(({ image, because }) => ["kept", "image", image, because]);
  const all = [...rows, ...stayed];
  return show(pruned.value, all.length === 0 ? [["there is nothing to remove"]] : all);
}
