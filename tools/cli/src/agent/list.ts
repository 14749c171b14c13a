import { builtVersion } from "@slipway/images/catalogue/built-version";
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
  const pairs = await Promise.all(
    pairsOf(found.value).map(async ({ agent, base, obstacle }) => {
      const version = await builtVersion(agent, base.name);
      return {
        agent: agent.name,
        base: base.name,
        ...(obstacle === undefined ? {} : { obstacle }),
        ...(version === undefined ? {} : { version }),
      };
    }),
  );
  return show({ ...found.value, pairs }, catalogueRows(found.value, pairs));
}
