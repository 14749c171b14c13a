import { pairsOf } from "@slipway/images/catalogue/pairs";
import { catalogueRows } from "@slipway/report/catalogue-list";
import { readArguments } from "../arguments.ts";
import type { Call } from "../call.ts";
import { tellUsage } from "../tell.ts";
import { openAgentCall } from "./agent-call.ts";

/** What there is to choose from, of all places. */
export async function listAgents(call: Call): Promise<number> {
  const read = readArguments(call.args, { options: { json: { type: "boolean" } }, words: [0, 0] });
  if (!read.ok) return tellUsage(read.failure);
  const { catalogue, show, tell } = openAgentCall(call, read.value.options);
  const found = await catalogue();
  if (!found.ok) return tell(found);
  const pairs = pairsOf(found.value).map(({ agent, base, obstacle }) => ({
    agent: agent.name,
    base: base.name,
    ...(obstacle === undefined ? {} : { obstacle }),
  }));
  return show({ ...found.value, pairs }, catalogueRows(found.value, pairs));
}
