import { readWorkspaceName } from "@slipway/executors/runs";
import { openEngine } from "@slipway/images";
import type { BuildReason } from "@slipway/images";
import { agentChains } from "@slipway/images/publish/built-images";
import { whyBuilt } from "@slipway/images/publish/why-built";
import type { WhyBuilt } from "@slipway/images/publish/why-built";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import { imagesRoot, userWorkspace } from "./own-folders.ts";

const options = { base: { type: "string" }, json: { type: "boolean" } } as const;

/** Which ingredients of an agent's images are not as they were built from. */
export async function tellWhy(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { base, json = false } = read.value.options;
  const [agent = ""] = read.value.words;
  const agentCall = openAgentCall(call, { json });
  const { workspaceRoot, signal, progress, tell, show } = agentCall;
  const catalogue = await agentCall.catalogue();
  if (!catalogue.ok) return tell(catalogue);
  const root = workspaceRoot ?? imagesRoot(process.env);
  const chains = await agentChains({ catalogue: catalogue.value, agent, base, root });
  if (!chains.ok) return tell(chains);
  const opened = await openEngine({ counted: () => undefined, signal });
  if (!opened.ok) return tell(opened);
  using engine = opened.value;
  const workspace = workspaceRoot === undefined ? userWorkspace : readWorkspaceName(workspaceRoot);
  const images = new Map<string, WhyBuilt>();
  for (const links of chains.value) {
    const world = { workspaceRoot: root, workspace, engine, signal, progress };
    const found = await whyBuilt(links, world);
    if (!found.ok) return await tell(found);
    for (const image of found.value) images.set(image.reference, image);
  }
  const all = [...images.values()];
  return show({ images: all }, all.flatMap(rowsOf));
}

function rowsOf({ reference, reasons }: WhyBuilt): readonly (readonly string[])[] {
  if (reasons.length === 0) return [[reference, "as its definition says"]];
  return reasons.flatMap((reason) => [[reference, ...wordsOf(reason)], ...filesOf(reason)]);
}

/** A person looks at some; all are in the JSON. */
const mostFiles = 20;

function filesOf(reason: BuildReason): readonly (readonly string[])[] {
  if (reason.kind !== "ingredient-changed" || reason.files === undefined) return [];
  const { files } = reason;
  const more = files.length - mostFiles;
  return [
    ...files
      .slice(0, mostFiles)
      .map(({ file, change }) => ["", `  ${file}`, wordsOfChange[change]]),
    ...(more > 0 ? [["", `  and ${more} more`]] : []),
  ];
}

const wordsOfChange = { new: "is new", gone: "is gone", changed: "has changed" } as const;

function wordsOf(reason: BuildReason): readonly string[] {
  switch (reason.kind) {
    case "never-built":
      return ["has never been built"];
    case "ingredient-added":
      return [reason.ingredient, "is new", reason.now];
    case "ingredient-removed":
    case "ingredient-missing":
      return [reason.ingredient, "is gone", reason.before];
    case "ingredient-changed":
      return [reason.ingredient, "has changed", `${reason.before} -> ${reason.now}`];
  }
}
