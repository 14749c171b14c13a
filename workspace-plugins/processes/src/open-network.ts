import { openClient } from "./aoconnect.ts";
import { directUnits } from "./direct-units.ts";
import type { AoNetwork, Site } from "./network.ts";
import { openUnits, usualLimits } from "./units.ts";
import type { Limits } from "./units.ts";
import type { Wallet } from "./wallet.ts";

export type NetworkOptions = {
  readonly signal: AbortSignal;
  readonly counted: (question: string) => void;
  readonly fetch?: typeof globalThis.fetch;
  readonly limits?: Limits;
};

/** One network, asked with one wallet. */
export async function openAoNetwork(
  site: Site,
  wallet: Wallet,
  options: NetworkOptions,
): Promise<AoNetwork> {
  const units = openUnits({
    endpoints: site,
    fetch: options.fetch ?? globalThis.fetch,
    signal: options.signal,
    counted: options.counted,
    limits: options.limits ?? usualLimits,
  });
  const client = await openClient(site, wallet, units);
  return { ...client, ...directUnits(site, client.owner, units) };
}
