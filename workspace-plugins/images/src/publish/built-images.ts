import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Catalogue } from "../catalogue/entry.ts";
import { pairsOf } from "../catalogue/pairs.ts";
import { selectEntry } from "../catalogue/select.ts";
import type { ImagesFailure } from "../failure.ts";
import type { LayoutSource } from "../image-needs.ts";
import { agentReference } from "../names.ts";
import { readImageReceipt } from "../receipt.ts";
import type { ImageReceipt } from "../receipt.ts";
import { planChain } from "../run/build-chain.ts";
import type { ChainLink } from "../run/build-chain.ts";
import { planExtended } from "../run/plan-extended.ts";

export type BuiltImage = { readonly source: LayoutSource; readonly receipt: ImageReceipt };

export type AgentImages = {
  readonly catalogue: Catalogue;
  /** Its name, or that of an extended image. */
  readonly agent: string;
  /** `undefined`: on each base that it goes on. */
  readonly base: string | undefined;
  /** Holds all layouts: a workspace, or a folder of the user's. */
  readonly root: string;
};

/** Of each of an agent's images what it stands on and itself, lowest first, by their definitions. */
export async function agentChains(
  of: AgentImages,
): Promise<Result<readonly (readonly ChainLink[])[], ImagesFailure>> {
  const { catalogue, agent, root } = of;
  const extended = await planExtended({ name: agent, base: of.base }, catalogue, { root });
  if (!extended.ok) return extended;
  if (extended.value !== undefined) return ok([extended.value]);
  const entry = selectEntry(catalogue.agents, "agent", agent);
  if (!entry.ok) return entry;
  const bases = of.base === undefined ? basesOf(of) : [of.base];
  if (bases.length === 0) return fail({ reason: "agent-without-base", file: entry.value.file });
  const chains: (readonly ChainLink[])[] = [];
  for (const base of bases) {
    const chain = { catalogue, agent, selection: { base, extensions: [] } };
    const planned = await planChain({ ...chain, reference: agentReference(agent, base) }, { root });
    if (!planned.ok) return planned;
    chains.push(planned.value);
  }
  return ok(chains);
}

/** The same of what is built: where a base is named it has to be, else one of all. */
export async function builtChains(
  of: AgentImages,
): Promise<Result<readonly (readonly BuiltImage[])[], ImagesFailure>> {
  const chains = await agentChains(of);
  if (!chains.ok) return chains;
  const built: (readonly BuiltImage[])[] = [];
  for (const links of chains.value) {
    const chain = await Promise.all(links.map(async ({ source }) => builtImage(of.root, source)));
    const whole = chain.filter((one) => one !== undefined);
    if (whole.length === chain.length) built.push(whole);
  }
  if (built.length > 0) return ok(built);
  const reference = chains.value[0]?.at(-1)?.source.reference ?? `slipway/${of.agent}`;
  return fail({ reason: "image-absent", reference });
}

async function builtImage(root: string, source: LayoutSource): Promise<BuiltImage | undefined> {
  const receipt = await readImageReceipt(path.join(root, source.layout));
  return receipt === undefined ? undefined : { source, receipt };
}

function basesOf({ catalogue, agent }: AgentImages): readonly string[] {
  const pairs = pairsOf(catalogue).filter((pair) => pair.agent.name === agent);
  return pairs.flatMap((pair) => (pair.obstacle === undefined ? [pair.base.name] : []));
}
