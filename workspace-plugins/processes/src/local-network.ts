import path from "node:path";
import { fail, ok, readTextIfPresent } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { isRunning } from "@slipway/signature/process-group";
import { z } from "zod";
import type { SettingsFailure } from "./failure.ts";
import { parseJson } from "./json.ts";
import type { Site } from "./network.ts";

/** Where the network of this workspace says where it is. */
const networkFile = ".slipway/ao-network/network.json";

const Network = z.looseObject({
  mu: z.url(),
  su: z.url(),
  cu: z.url(),
  gateway: z.url(),
  module: z.string(),
  scheduler: z.string(),
  authority: z.string(),
  wallet: z.string(),
  pid: z.int().positive(),
});

export type LocalNetwork = { readonly site: Site; readonly walletFile: string };

/** The running network of this workspace; a file that a dead one left behind is a failure of its own. */
export async function findLocalNetwork(
  workspaceRoot: string,
  file: string = networkFile,
): Promise<Result<LocalNetwork, SettingsFailure>> {
  const absolute = path.resolve(workspaceRoot, file);
  const text = await readTextIfPresent(absolute);
  if (text === undefined) return fail({ reason: "ao-network-absent", file });
  const parsed = parseJson(text, Network);
  if (!parsed.ok) return fail({ reason: "ao-network-file-invalid", file, problem: parsed.failure });
  const { wallet, pid, ...site } = parsed.value;
  if (!isRunning(pid)) return fail({ reason: "ao-network-dead", file, pid });
  return ok({ site, walletFile: path.resolve(path.dirname(absolute), wallet) });
}
