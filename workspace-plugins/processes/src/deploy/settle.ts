import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { openPace } from "../budget/pace.ts";
import { userFolder } from "../budget/user-folder.ts";
import type { Definition } from "../definition/definition.ts";
import type { ProcessDefinition } from "../definition/process.ts";
import type { DeployTarget } from "../definition/target.ts";
import type { ProcessesFailure } from "../failure.ts";
import type { AoNetwork } from "../network/network.ts";
import { notingSpawns } from "../network/noted-spawns.ts";
import { openAoNetwork } from "../network/open-network.ts";
import type { Wallet } from "../network/signer.ts";
import type { Limits } from "../network/units.ts";
import { readReceipt } from "../receipt.ts";
import type { BundledProcess } from "../receipt.ts";
import { openCodeArchive } from "../record/code-archive.ts";
import type { CodeArchive } from "../record/code-archive.ts";
import { readEnvironment } from "../record/environment.ts";
import type { Environment } from "../record/environment.ts";
import { openLedger } from "../record/ledger.ts";
import type { Ledger } from "../record/ledger.ts";
import type { TaskContext } from "../task.ts";
import { placeOf } from "./place.ts";
import type { Place } from "./place.ts";
import { settingsOf } from "./spawn-settings.ts";
import type { SpawnSettings } from "./spawn-settings.ts";

export type DeployOptions = {
  readonly deployTarget: string;
  /** An upgrade may lose state that `ao.yml` declares; else what is tried first refuses it. */
  readonly acceptStateLoss?: boolean | undefined;
};

/** What a test replaces; a run uses what Node has. */
export type Effects = {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly fetch?: typeof globalThis.fetch;
  readonly limits?: Limits;
  /** Around what is written down between runs. */
  readonly ledger?: (ledger: Ledger) => Ledger;
};

/** One process of a project and a deploy target: what is wanted of it. */
export type SettledProcess = {
  readonly name: string;
  readonly definition: ProcessDefinition;
  readonly bundled: BundledProcess;
  readonly settings: SpawnSettings;
};

/** A project and a deploy target, settled: where, who is asked, and where it is written down. */
export type SettledEnvironment = {
  readonly environment: Environment;
  readonly definition: Definition;
  readonly target: DeployTarget;
  readonly network: AoNetwork;
  readonly ledger: Ledger;
  readonly archive: CodeArchive;
  /** Of a process of the definition, as it stands now. */
  readonly settingsOf: (name: string, process: ProcessDefinition) => SpawnSettings;
  /** The compute unit that may serve the memory of a process. */
  readonly memoryAt: string | undefined;
  readonly acceptStateLoss: boolean;
};

/** And what is wanted there: what is bundled. */
export type Settled = SettledEnvironment & { readonly processes: readonly SettledProcess[] };

export async function settle(
  task: TaskContext,
  options: DeployOptions,
  effects: Effects,
): Promise<Result<Settled, ProcessesFailure>> {
  const settled = await settleEnvironment(task, options, effects);
  if (!settled.ok) return settled;
  const receipt = await readReceipt(task.workspaceRoot, task.projectRoot);
  if (!receipt.ok) return receipt;
  const processes: SettledProcess[] = [];
  for (const [name, definition] of Object.entries(settled.value.definition.processes)) {
    const bundled = receipt.value.processes[name];
    if (bundled === undefined) return fail({ reason: "ao-receipt-other", process: name });
    const settings = settled.value.settingsOf(name, definition);
    processes.push({ name, definition, bundled, settings });
  }
  return ok({ ...settled.value, processes });
}

/** Needs no bundle. With `asOwner` nothing is signed but what cannot be read otherwise: it is asked as that address. */
export async function settleEnvironment(
  task: TaskContext,
  { deployTarget, asOwner, acceptStateLoss = false }: DeployOptions & { readonly asOwner?: string },
  effects: Effects,
): Promise<Result<SettledEnvironment, ProcessesFailure>> {
  const { workspaceRoot, projectName } = task;
  const found = await readEnvironment(task, deployTarget);
  if (!found.ok) return found;
  const { definition, environment, target } = found.value;
  const place = await placeOf(task, target, effects.environment);
  if (!place.ok) return place;
  const { site, made, memoryAt } = place.value;
  const wallet =
    asOwner === undefined ? await place.value.openWallet() : ok(readerOf(asOwner, place.value));
  if (!wallet.ok) return wallet;
  const asked = openAoNetwork(site, wallet.value, {
    ...effects,
    signal: task.signal,
    counted: (question) => task.counted("ao-network", question),
    pace: openPace(task, target, effects.environment),
  });
  // A local network is of one workspace, and so is what was spawned on it.
  const variables = target.network === "local" ? {} : (effects.environment ?? process.env);
  const notes = path.join(userFolder(variables, workspaceRoot), "spawned");
  const network = notingSpawns(asked, notes);
  const { owner } = network;
  const common = { mode: target.mode, made, owner, project: projectName, deployTarget };
  return ok({
    environment,
    definition,
    target,
    network,
    ledger: (effects.ledger ?? same)(openLedger(environment)),
    archive: openCodeArchive(workspaceRoot, projectName),
    settingsOf: (name, process) => settingsOf(name, process, common),
    memoryAt,
    acceptStateLoss,
  });
}

/** Asks as an address without its key, which is opened if ever a question has to be signed. */
function readerOf(address: string, place: Place): Wallet {
  return {
    address,
    sign: async (content) => {
      const wallet = await place.openWallet();
      if (!wallet.ok) {
        const { source, reason } = wallet.failure;
        return fail({ reason: "signer-failed", source, problem: reason });
      }
      // Others are answered too, and what a process tells its owner alone would seem not to be there.
      if (wallet.value.address === address) return wallet.value.sign(content);
      const problem = `it is ${wallet.value.address}, and the owner is ${address}`;
      return fail({ reason: "signer-failed", source: "the wallet", problem });
    },
  };
}

function same<Value>(value: Value): Value {
  return value;
}
