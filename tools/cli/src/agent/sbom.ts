import { readHost } from "@slipway/images/run/host";
import { planAgent } from "@slipway/images/run/plan-agent";
import { readSbom } from "@slipway/images/sbom";
import { openLines } from "@slipway/report/lines";
import { readArguments } from "../arguments.ts";
import { usageExitCode } from "../call.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";
import { imagesRoot } from "./own-folders.ts";

const options = { base: { type: "string" }, json: { type: "boolean" } } as const;

/** Prints what the package managers of an agent's image have installed in it. */
export async function printSbom(call: Call): Promise<number> {
  const read = readArguments(call.args, { options, words: [1, 1] });
  if (!read.ok) return tellUsage(read.failure);
  const { base, json = false } = read.value.options;
  const [agent = ""] = read.value.words;
  const { catalogue, tell, workspaceRoot } = openAgentCall(call, { json });
  const found = await catalogue();
  if (!found.ok) return tell(found);
  const place = { root: workspaceRoot ?? imagesRoot(process.env) };
  const { architecture } = await readHost(process.env);
  const links = await planAgent({ agent, base }, { catalogue: found.value, place, architecture });
  if (!links.ok) {
    const code = await tell(links);
    return links.failure.reason === "choice-open" ? usageExitCode : code;
  }
  const uppermost = links.value.at(-1);
  if (uppermost === undefined) throw new Error("internal: an agent without an image");
  const sbom = await readSbom(place.root, uppermost.source);
  if (!sbom.ok) return tell(sbom);
  openLines().line(sbom.value.trimEnd());
  return 0;
}
