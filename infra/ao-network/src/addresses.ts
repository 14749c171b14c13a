import path from "node:path";
import { readTextIfPresent, writeFileAtomically } from "@slipway/signature/basics";
import { z } from "zod";

/** Where a network is and whom it trusts: its ready line, and with its pid `<state>/network.json`. */
export const NetworkAddresses = z.object({
  mu: z.url(),
  su: z.url(),
  cu: z.url(),
  gateway: z.url(),
  /** The HyperBEAM node. */
  url: z.url(),
  module: z.string(),
  scheduler: z.string(),
  authority: z.string(),
  /** The path of a seeded wallet. */
  wallet: z.string(),
});
export type NetworkAddresses = Readonly<z.output<typeof NetworkAddresses>>;

const Published = NetworkAddresses.extend({ pid: z.int().positive() });

export function addressesFile(stateFolder: string): string {
  return path.join(stateFolder, "network.json");
}

export async function publishAddresses(
  stateFolder: string,
  addresses: NetworkAddresses,
  pid: number,
): Promise<void> {
  const published = JSON.stringify({ ...addresses, pid });
  await writeFileAtomically(addressesFile(stateFolder), `${published}\n`);
}

/** The addresses of the network that serves this state now; `undefined` when its process is gone or does not answer. */
export async function liveAddresses(stateFolder: string): Promise<NetworkAddresses | undefined> {
  const published = parsePublished(await readTextIfPresent(addressesFile(stateFolder)));
  if (published === undefined || !isAlive(published.pid)) return undefined;
  const { pid: _pid, ...addresses } = published;
  return (await answers(addresses.mu)) ? addresses : undefined;
}

function parsePublished(text: string | undefined): z.output<typeof Published> | undefined {
  try {
    return Published.safeParse(JSON.parse(text ?? "")).data;
  } catch {
    // Not JSON: nobody who still runs has written it.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // Gone, or another user's process that took the number.
    return false;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return response.ok;
  } catch {
    // Refused, reset or too slow: not a network that can be used.
    return false;
  }
}
