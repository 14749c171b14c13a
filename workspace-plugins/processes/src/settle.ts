import path from "node:path";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { Definition, DeployTarget } from "./definition.ts";
import { readDefinition } from "./definition-file.ts";
import type { ProcessesFailure, SettingsFailure } from "./failure.ts";
import { findLocalNetwork } from "./local-network.ts";
import type { AoNetwork, Site } from "./network.ts";
import { openAoNetwork } from "./open-network.ts";
import { readReceipt } from "./receipt.ts";
import type { Receipt } from "./receipt.ts";
import { openLedger } from "./record.ts";
import type { Ledger } from "./record.ts";
import type { SpawnSettings } from "./spawn-settings.ts";
import type { TaskContext } from "./task.ts";
import type { Limits } from "./units.ts";
import { readWallet } from "./wallet.ts";
import type { Wallet } from "./wallet.ts";

export type DeployOptions = { readonly deployTarget: string };

/** What a test replaces; a run uses what Node has. */
export type Effects = {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly fetch?: typeof globalThis.fetch;
  readonly limits?: Limits;
};

/** One project and one deploy target, settled: what is wanted, where, and who is asked. */
export type Settled = {
  readonly definition: Definition;
  readonly receipt: Receipt;
  readonly network: AoNetwork;
  readonly settings: SpawnSettings;
  readonly ledger: Ledger;
};

export async function settle(
  task: TaskContext,
  options: DeployOptions,
  effects: Effects,
): Promise<Result<Settled, ProcessesFailure>> {
  const { workspaceRoot, projectRoot } = task;
  const definition = await readDefinition(workspaceRoot, projectRoot);
  if (!definition.ok) return definition;
  const receipt = await readReceipt(workspaceRoot, projectRoot);
  if (!receipt.ok) return receipt;
  const place = await placeOf(task, options, definition.value, effects.environment ?? process.env);
  if (!place.ok) return place;
  const { site, wallet } = place.value;
  const network = await openAoNetwork(site, wallet, {
    ...effects,
    signal: task.signal,
    counted: (question) => task.counted("ao-network", question),
  });
  const settings: SpawnSettings = {
    mode: "legacy",
    site,
    owner: network.owner,
    project: task.projectName,
    deployTarget: options.deployTarget,
    name: definition.value.name,
    tags: definition.value.tags,
  };
  const ledger = openLedger(workspaceRoot, task.projectName, options.deployTarget);
  return ok({ definition: definition.value, receipt: receipt.value, network, settings, ledger });
}

type Place = { readonly site: Site; readonly wallet: Wallet };

async function placeOf(
  task: TaskContext,
  { deployTarget }: DeployOptions,
  definition: Definition,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Result<Place, SettingsFailure>> {
  // The client lets these win over what it is told.
  const names = ["MODULE", "AUTHORITY"].filter((name) => environment[name] !== undefined);
  if (names.length > 0) return fail({ reason: "environment-overrides", names });
  const target = definition.targets[deployTarget];
  const known = Object.keys(definition.targets);
  if (target === undefined) return fail({ reason: "deploy-target-unknown", deployTarget, known });
  if (target.mode === "mainnet") {
    return fail({ reason: "deploy-target-unsupported", deployTarget, mode: target.mode });
  }
  return target.network === "local"
    ? localPlace(task.workspaceRoot)
    : remotePlace(target, path.join(task.workspaceRoot, task.projectRoot), environment);
}

async function localPlace(workspaceRoot: string): Promise<Result<Place, SettingsFailure>> {
  const found = await findLocalNetwork(workspaceRoot);
  if (!found.ok) return found;
  const { site, walletFile } = found.value;
  const wallet = await readWallet({ file: walletFile }, workspaceRoot, {});
  return wallet.ok ? ok({ site, wallet: wallet.value }) : wallet;
}

async function remotePlace(
  target: Extract<DeployTarget, { readonly module: string }>,
  projectFolder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Result<Place, SettingsFailure>> {
  const wallet = await readWallet(target.wallet, projectFolder, environment);
  return wallet.ok ? ok({ site: target, wallet: wallet.value }) : wallet;
}
