import path from "node:path";
import { fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { isRunning } from "@slipway/signature/process-group";
import { z } from "zod";
import type { SettingsFailure } from "../failure.ts";
import { parseShaped } from "../json.ts";
import type { MadeFrom, Mode, Site } from "./network.ts";

/** Where the network of this workspace says where it is. */
const networkFile = ".slipway/ao-network/network.json";

const Network = z.looseObject({
  mu: z.url(),
  su: z.url(),
  cu: z.url(),
  gateway: z.url(),
  /** Of the node, where processes of mode mainnet are. */
  url: z.url().optional(),
  module: z.string(),
  scheduler: z.string(),
  authority: z.string(),
  wallet: z.string(),
  pid: z.int().positive(),
});

export type LocalNetwork = {
  readonly site: Site;
  readonly made: MadeFrom;
  readonly walletFile: string;
};

/** The running network of this workspace; a file that a dead one left behind is a failure of its own. */
export async function findLocalNetwork(
  workspaceRoot: string,
  mode: Mode,
  file: string = networkFile,
): Promise<Result<LocalNetwork, SettingsFailure>> {
  const absolute = path.resolve(workspaceRoot, file);
  const text = await readTextIfPresent(absolute);
  if (text === undefined) return fail({ reason: "ao-network-absent", file });
  const parsed = parseShaped(text, Network);
  if (!parsed.ok) return fail({ reason: "ao-network-file-invalid", file, problem: parsed.failure });
  const { mu, su, cu, gateway, url, module, scheduler, authority, wallet, pid } = parsed.value;
  if (!isRunning(pid)) return fail({ reason: "ao-network-dead", file, pid });
  const site = siteOf(mode, { mu, su, cu, gateway, url });
  if (site === undefined) {
    return fail({ reason: "ao-network-file-invalid", file, problem: "it names no HyperBEAM node" });
  }
  const made = { module, scheduler, authority };
  return ok({ site, made, walletFile: path.resolve(path.dirname(absolute), wallet) });
}

function siteOf(
  mode: Mode,
  { url, ...units }: Pick<z.output<typeof Network>, "mu" | "su" | "cu" | "gateway" | "url">,
): Site | undefined {
  if (mode === "legacy") return { mode, ...units };
  return url === undefined ? undefined : { mode, url, gateway: units.gateway };
}
