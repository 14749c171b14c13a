import { ok, parseDigest } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { Live } from "./decide.ts";
import type { UnitFailure } from "./failure.ts";
import type { AoNetwork } from "./network.ts";
import type { DeployRecord } from "./record.ts";

/** Lua that any aos process answers, deployed by us or not; the marker tells the answer from printed text. */
const probe =
  'return "slipway-live:" .. tostring(type(__AO_DEPLOY) == "table" and __AO_DEPLOY.sha256 or nil)';

/** Asks a process for the digest of its code: one dry-run, and one question more when that is refused. */
export async function readLive(
  network: Pick<AoNetwork, "dryRun" | "isProcessKnown">,
  process: string,
): Promise<Result<Live, UnitFailure>> {
  const answer = await network.dryRun(process, {
    data: probe,
    tags: [{ name: "Action", value: "Eval" }],
  });
  if (answer.ok) return ok(liveIn(answer.value.output));
  if (answer.failure.reason !== "unit-refused") return answer;
  const known = await network.isProcessKnown(process);
  if (!known.ok) return known;
  return known.value ? answer : ok("gone");
}

/** Names one reading of one deployment. A write changes the record and so the name: no answer outlives it. */
export function liveQuestion(record: DeployRecord): string {
  return `ao live ${record.process} ${record.state === "deployed" ? record.provenBy : record.state}`;
}

function liveIn(output: string): Live {
  const found = /slipway-live:(sha256:[0-9a-f]{64})/.exec(output)?.[1];
  return (found === undefined ? undefined : parseDigest(found)) ?? "undeployed";
}
