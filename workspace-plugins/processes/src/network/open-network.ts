import type { Pace } from "../budget/pace.ts";
import { openGateway } from "./gateway.ts";
import { legacyClient } from "./legacy.ts";
import { mainnetClient } from "./mainnet.ts";
import type { AoNetwork, Site } from "./network.ts";
import type { Wallet } from "./signer.ts";
import { openUnits, usualLimits } from "./units.ts";
import type { Limits } from "./units.ts";

export type NetworkOptions = {
  readonly signal: AbortSignal;
  readonly counted: (question: string) => void;
  readonly fetch?: typeof globalThis.fetch;
  readonly limits?: Limits;
  readonly pace?: Pace;
};

/** One network, asked with one wallet. */
export function openAoNetwork(site: Site, wallet: Wallet, options: NetworkOptions): AoNetwork {
  const units = openUnits({
    fetch: options.fetch ?? globalThis.fetch,
    signal: options.signal,
    counted: options.counted,
    limits: options.limits ?? usualLimits,
    pace: options.pace,
  });
  const client =
    site.mode === "legacy" ? legacyClient(site, wallet, units) : mainnetClient(site, wallet, units);
  return { ...client, ...openGateway(site.gateway, wallet.address, units) };
}
