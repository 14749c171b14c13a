import { readWorkspaceName } from "@slipway/executors/runs";
import { openEngine, openUserTurns, readBuildAccess } from "@slipway/images";
import type { Engine, ImagesFailure, MadeImage } from "@slipway/images";
import { reproduceChain } from "@slipway/images/reproduce";
import type { Reproduced } from "@slipway/images/reproduce";
import { readHost } from "@slipway/images/run/host";
import { planAgent } from "@slipway/images/run/plan-agent";
import type { Failure } from "@slipway/report";
import { shortDigest } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { readArguments } from "../arguments.ts";
import { usageExitCode } from "../call.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import type { AgentCall } from "./agent-call.ts";
import { imagesRoot, stateFolder, userWorkspace } from "./own-folders.ts";

const options = { base: { type: "string" }, json: { type: "boolean" } } as const;

/** Builds the images of an agent twice, and tells in which files they differ. */
export async function reproduceAgent(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { base, json = false } = read.value.options;
  const [agent = ""] = read.value.words;
  const agentCall = openAgentCall(call, { json });
  const { signal, tell, show } = agentCall;
  const opened = await openEngine({ counted: () => undefined, signal });
  if (!opened.ok) return tell(opened);
  using engine = opened.value;
  const reproduced = await reproduce(agentCall, engine, { agent, base });
  if (!reproduced.ok) {
    const code = await tell(reproduced);
    return reproduced.failure.reason === "choice-open" ? usageExitCode : code;
  }
  const images = reproduced.value;
  show({ images }, images.flatMap(rowsOf));
  return images.every(({ isSame }) => isSame) ? 0 : 1;
}

async function reproduce(
  { catalogue, workspaceRoot, signal, progress }: AgentCall,
  engine: Engine,
  asked: { readonly agent: string; readonly base: string | undefined },
): Promise<Result<readonly Reproduced[], Failure>> {
  const found = await catalogue();
  if (!found.ok) return found;
  const root = workspaceRoot ?? imagesRoot(process.env);
  const { architecture } = await readHost(process.env);
  const links = await planAgent(asked, { catalogue: found.value, place: { root }, architecture });
  if (!links.ok) return links;
  return reproduceChain(links.value, {
    workspaceRoot: root,
    workspace: workspaceRoot === undefined ? userWorkspace : readWorkspaceName(workspaceRoot),
    engine,
    access: await readBuildAccess(process.env, signal),
    turns: openUserTurns<MadeImage, ImagesFailure>(process.env, { signal, progress }),
    builds: "when-needed",
    userLockFolder: stateFolder(process.env),
    signal,
    progress,
  });
}

/** A person looks at some; all are in the JSON. */
const mostRows = 40;

function rowsOf(image: Reproduced): readonly (readonly string[])[] {
  const [first, second] = image.imageIds;
  if (image.isSame) return [["same", image.reference, shortDigest(first)]];
  const config = image.config.map((key) => ["  config", key]);
  const files = image.files.map(({ path: file, differs }) => [
    "  file",
    `/${file}`,
    differs.join(", "),
  ]);
  const rows = [...config, ...files];
  const more = rows.length - mostRows;
  return [
    ["differs", image.reference, `${shortDigest(first)}, then ${shortDigest(second)}`],
    ...rows.slice(0, mostRows),
    ...(more > 0 ? [["  and", `${more} more`]] : []),
  ];
}
