import path from "node:path";
import {
  digestOf,
  fail,
  hexOf,
  ok,
  readTextIfPresent,
  writeFileAtomically,
} from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { DeployFailure, UnitFailure } from "../failure.ts";
import type { AoNetwork } from "../network/network.ts";
import { codeIn } from "../evaluated-text.ts";
import { ownFolder } from "./environment.ts";

/** Every code that was deployed from here, by its digest: exact bytes. */
export type CodeArchive = {
  readonly keep: (codeDigest: Digest, code: string) => Promise<void>;
  /** `undefined` when it is not here, or is not what its name says. */
  readonly find: (codeDigest: Digest) => Promise<string | undefined>;
};

export function openCodeArchive(workspaceRoot: string, project: string): CodeArchive {
  const folder = path.join(workspaceRoot, ownFolder(project), "code");
  const fileOf = (codeDigest: Digest): string => path.join(folder, `${hexOf(codeDigest)}.lua`);
  const find: CodeArchive["find"] = async (codeDigest) => {
    const code = await readTextIfPresent(fileOf(codeDigest));
    return code !== undefined && digestOf(code) === codeDigest ? code : undefined;
  };
  return {
    find,
    keep: async (codeDigest, code) => {
      if ((await find(codeDigest)) === undefined) {
        await writeFileAtomically(fileOf(codeDigest), code, { isDurable: false });
      }
    },
  };
}

/** The code of a digest: from the archive, else as the message that evaluated it carried it over the network. */
export async function findCode(
  archive: CodeArchive,
  network: Pick<AoNetwork, "itemData">,
  { codeDigest, message }: { readonly codeDigest: Digest; readonly message: string | undefined },
): Promise<Result<string, UnitFailure | DeployFailure>> {
  const kept = await archive.find(codeDigest);
  if (kept !== undefined) return ok(kept);
  const lost = fail({ reason: "code-lost", codeDigest, message: message ?? "none" } as const);
  if (message === undefined) return lost;
  const data = await network.itemData(message);
  if (!data.ok) return data;
  const code = data.value === undefined ? undefined : codeIn(data.value);
  if (code === undefined || digestOf(code) !== codeDigest) return lost;
  await archive.keep(codeDigest, code);
  return ok(code);
}
