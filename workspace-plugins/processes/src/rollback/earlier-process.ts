import { fail, ok } from "@slipway/signature/basics";
import type { Digest, Result } from "@slipway/signature";
import type { SettledEnvironment } from "../deploy/settle.ts";
import { environmentTags } from "../deploy/spawn-settings.ts";
import type { ProcessesFailure } from "../failure.ts";
import { handlersIn } from "../bundle/handlers-in.ts";
import { findCode } from "../record/code-archive.ts";
import type { ProcessRecord } from "../record/record.ts";
import type { EarlierProcess } from "./choose.ts";

/** What the process says of its links, and which handlers its code adds. */
export type Looked = { readonly links: Digest; readonly handlers: readonly string[] };

/**
 * Whether an earlier process is still ours and runs what the history says: spawned by this wallet with those settings,
 * which its tags say, and live with that code, which it says itself.
 */
export async function lookAtEarlier(
  { network, environment, archive }: SettledEnvironment,
  name: string,
  { process, spawnDigest, codeDigest, message }: EarlierProcess,
): Promise<Result<Looked, ProcessesFailure>> {
  const found = await network.itemsTagged([
    { name: "Type", values: ["Process"] },
    ...environmentTags(environment).map((tag) => ({ name: tag.name, values: [tag.value] })),
    { name: "Deploy-Process", values: [name] },
    { name: "Deploy-Spec", values: [spawnDigest] },
  ]);
  if (!found.ok) return found;
  if (found.value.every(({ id }) => id !== process)) {
    return fail({ reason: "rollback-process-foreign", process, spawnDigest });
  }
  const live = await network.live(process);
  if (!live.ok) return live;
  if (live.value === "gone") return fail({ reason: "process-gone", process });
  if (live.value === "undeployed" || live.value.code !== codeDigest) {
    const shown = live.value === "undeployed" ? live.value : live.value.code;
    return fail({ reason: "live-code-differs", process, expected: codeDigest, live: shown });
  }
  const code = await findCode(archive, network, { codeDigest, message });
  return code.ok ? ok({ links: live.value.links, handlers: handlersIn(code.value) }) : code;
}

/** The record as it is once it points at an earlier process. */
export function recordPointingAt(
  { process, spawnDigest, codeDigest, message }: EarlierProcess,
  seen: Looked & { readonly by: string; readonly before: ProcessRecord },
): ProcessRecord {
  const { links: linksDigest, handlers, by, before } = seen;
  const at = new Date().toISOString();
  const code = { process, spawnDigest, codeDigest, linksDigest };
  const history = [...before.history, { at, did: "rolled-back", ...code, by } as const];
  const provenBy = message ?? "live-read";
  return { state: "deployed", ...code, owner: by, handlers: [...handlers], provenBy, history };
}
