import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Catalogue } from "../catalogue/entry.ts";
import type { ImagesFailure } from "../failure.ts";
import { agentReference } from "../names.ts";
import { planChain } from "./build-chain.ts";
import type { ChainLink, ChainPlace } from "./build-chain.ts";
import { choicesOf } from "./choices-of.ts";
import type { Host } from "./host.ts";
import { planExtended } from "./plan-extended.ts";
import { baseRefused, namesOf } from "./select.ts";

/** The images of an agent on a base, without extensions, or of an extended image. Without a base it is the only one that there is. */
export async function planAgent(
  asked: { readonly agent: string; readonly base: string | undefined },
  world: {
    readonly catalogue: Catalogue;
    readonly place: ChainPlace;
    readonly architecture: Host["architecture"];
  },
): Promise<Result<readonly ChainLink[], ImagesFailure>> {
  const { agent, base: named } = asked;
  const extended = await planExtended({ name: agent, base: named }, world.catalogue, world.place);
  if (!extended.ok) return extended;
  if (extended.value !== undefined) return ok(extended.value);
  const choices = choicesOf(world.catalogue, agent, world.architecture);
  if (!choices.ok) return choices;
  const known = namesOf(choices.value.bases);
  const [only, ...more] = known;
  const base = asked.base ?? only;
  if (base === undefined) return fail({ reason: "no-base-for-agent", agent });
  if (!known.includes(base)) return fail(baseRefused(choices.value, base));
  if (asked.base === undefined && more.length > 0) {
    return fail({ reason: "choice-open", agent, of: "base", notes: [], known });
  }
  const reference = agentReference(agent, base);
  const selection = { base, extensions: [] };
  return planChain({ catalogue: world.catalogue, agent, selection, reference }, world.place);
}
