import type { Decision } from "@slipway/pipelines/skipping";
import { shortDigest } from "@slipway/signature/digest";

/** Why a job of a run runs or does not. */
export function decisionLine(id: string, decision: Decision): string {
  return `${decision.run ? "run " : "skip"} ${id}: ${whyDecided(decision)}`;
}

export function whyDecided(decision: Decision): string {
  switch (decision.reason) {
    case "succeeded":
      return `as at a success (${shortDigest(decision.signature)})`;
    case "never-left-out":
      return "it deploys, waits for a person, or says never";
    case "started-on-purpose":
      return "a clock or a person started the run";
    case "forced":
      return "all were asked for";
    case "asks-the-run":
      return "it asks for what only the run knows, as a branch or an input";
    case "no-signature":
      return "its files could not be read";
    case "no-success":
      return "no success of it as it is now is on record";
    case "needed":
      return `${decision.by} runs and takes files or values from it`;
  }
}
