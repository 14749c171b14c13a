import type { Digest } from "@slipway/signature";
import type { ProcessesCause } from "./failure.ts";
import type { DeployRecord } from "./record.ts";

/** What a process says of itself: its digest, that it was never deployed to, or nothing because it is not there. */
export type Live = Digest | "undeployed" | "gone";

export type Wanted = {
  readonly owner: string;
  readonly spawnDigest: Digest;
  readonly codeDigest: Digest;
};

export type Step =
  | { readonly step: "nothing" }
  | { readonly step: "record"; readonly cause: ProcessesCause }
  | { readonly step: "evaluate"; readonly cause: ProcessesCause }
  | { readonly step: "spawn"; readonly cause: ProcessesCause }
  | { readonly step: "refuse" };

/** The step that makes a recorded process the wanted one. `live` is what that process said just now. */
export function decide(record: DeployRecord, live: Live, wanted: Wanted): Step {
  if (live === "gone") return { step: "spawn", cause: "process-was-gone" };
  // A process has one owner for ever, and clients know it by its id: another wallet is a mistake.
  if (record.owner !== wanted.owner) return { step: "refuse" };
  if (record.spawnDigest !== wanted.spawnDigest) {
    return { step: "spawn", cause: "spawn-settings-changed" };
  }
  if (record.state === "spawned") {
    if (live === wanted.codeDigest) return { step: "record", cause: "deployment-resumed" };
    return { step: "evaluate", cause: "spawn-unfinished" };
  }
  if (live === wanted.codeDigest) {
    return record.codeDigest === wanted.codeDigest
      ? { step: "nothing" }
      : { step: "record", cause: "deployment-resumed" };
  }
  const changed = record.codeDigest !== wanted.codeDigest;
  return { step: "evaluate", cause: changed ? "code-changed" : "live-code-drifted" };
}
