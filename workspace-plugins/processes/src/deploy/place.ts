import path from "node:path";
import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { DeployTarget, WalletSource } from "../definition/target.ts";
import type { SettingsFailure } from "../failure.ts";
import { findLocalNetwork } from "../network/local-network.ts";
import type { MadeFrom, Site } from "../network/network.ts";
import { isCommittable } from "../network/wallet-in-git.ts";
import { fileOfWallet, openWallet } from "../network/wallet.ts";
import type { TaskContext } from "../task.ts";

/** Where a deploy target is; its wallet is opened when somebody asks. */
export type Place = {
  readonly site: Site;
  readonly made: MadeFrom;
  /** The compute unit that may serve the memory of a process. */
  readonly memoryAt: string | undefined;
  readonly openWallet: () => ReturnType<typeof openWallet>;
};

export async function placeOf(
  {
    workspaceRoot,
    projectRoot,
    signal,
  }: Pick<TaskContext, "workspaceRoot" | "projectRoot" | "signal">,
  target: DeployTarget,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Result<Place, SettingsFailure>> {
  if (target.network !== "local") {
    const folder = path.join(workspaceRoot, projectRoot);
    const open = () => openOwnWallet(target.wallet, folder, { signal, variables });
    return ok({ site: target, made: target, memoryAt: memoryAt(target), openWallet: open });
  }
  const found = await findLocalNetwork(workspaceRoot, target.mode);
  if (!found.ok) return found;
  const { site, made, walletFile } = found.value;
  const open = () => openWallet({ file: walletFile }, workspaceRoot, variables);
  return ok({ site, made, memoryAt: memoryAt(site), openWallet: open });
}

/** A key that the next commit would hold is as good as published. */
async function openOwnWallet(
  source: WalletSource,
  folder: string,
  {
    signal,
    variables,
  }: {
    readonly signal: AbortSignal;
    readonly variables: Readonly<Record<string, string | undefined>>;
  },
): ReturnType<typeof openWallet> {
  const opened = await openWallet(source, folder, variables);
  if (!opened.ok || !("file" in source)) return opened;
  const committable = await isCommittable(fileOfWallet(source, folder), signal);
  if (!committable.ok) {
    const { failure: problem } = committable;
    return fail({ reason: "wallet-git-unanswered", source: source.file, problem });
  }
  return committable.value ? fail({ reason: "wallet-not-ignored", source: source.file }) : opened;
}

function memoryAt(site: Site): string | undefined {
  return site.mode === "legacy" ? site.cu : undefined;
}
