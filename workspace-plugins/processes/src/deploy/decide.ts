import type { Digest } from "@slipway/signature";
import type { ProcessesCause } from "../failure.ts";
import type { Live } from "../network/network.ts";
import type { ProcessRecord } from "../record/record.ts";

export type Wanted = {
  readonly owner: string;
  readonly spawnDigest: Digest;
  readonly codeDigest: Digest;
  /** `undefined`: a process that this one needs is about to be a new one. */
  readonly linksDigest: Digest | undefined;
  /** `immutable`: a process that ran code never runs other code. */
  readonly strategy: "in-place" | "immutable";
};

export type Step =
  | { readonly step: "nothing" }
  | { readonly step: "record"; readonly cause: ProcessesCause }
  | { readonly step: "evaluate"; readonly cause: ProcessesCause }
  | { readonly step: "spawn"; readonly cause: ProcessesCause }
  | { readonly step: "refuse" };

/** The step that makes a recorded process the wanted one. `live` is what that process said just now. */
export function decide(record: ProcessRecord, live: Live, wanted: Wanted): Step {
  if (live === "gone") return { step: "spawn", cause: "process-was-gone" };
  // A process has one owner for ever, and clients know it by its id: another wallet is a mistake.
  if (record.owner !== wanted.owner) return { step: "refuse" };
  if (record.spawnDigest !== wanted.spawnDigest) {
    return { step: "spawn", cause: "spawn-settings-changed" };
  }
  if (isAgreed(live, wanted)) {
    return record.state === "deployed" && isAgreed(recorded(record), wanted)
      ? { step: "nothing" }
      : { step: "record", cause: "deployment-resumed" };
  }
  if (record.state === "spawned") return unfinished(live, wanted);
  const cause = causeOf(recorded(record), wanted);
  const isOther = cause !== "live-code-drifted";
  return { step: isOther && wanted.strategy === "immutable" ? "spawn" : "evaluate", cause };
}

type Digests = { readonly code: Digest; readonly links: Digest };

/** A process found without a word of what it runs may have been deployed to by somebody who kept the record. */
function unfinished(live: Live, wanted: Wanted): Step {
  const ranOther = typeof live === "object" && live.code !== wanted.codeDigest;
  return ranOther && wanted.strategy === "immutable"
    ? { step: "spawn", cause: "code-changed" }
    : { step: "evaluate", cause: "spawn-unfinished" };
}

function causeOf(recordedNow: Digests, wanted: Wanted): ProcessesCause {
  if (recordedNow.code !== wanted.codeDigest) return "code-changed";
  return recordedNow.links === wanted.linksDigest ? "live-code-drifted" : "links-changed";
}

function recorded(record: Extract<ProcessRecord, { readonly state: "deployed" }>): Digests {
  return { code: record.codeDigest, links: record.linksDigest };
}

function isAgreed(found: Live, wanted: Wanted): boolean {
  return (
    typeof found === "object" &&
    found.code === wanted.codeDigest &&
    found.links === wanted.linksDigest
  );
}
