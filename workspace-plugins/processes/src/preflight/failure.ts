import type { AosModuleFailure } from "@slipway/aos";
import type { Change } from "./changes.ts";
import type { Problem } from "./report.ts";

/** The code could not be tried, or was and is not fit to be deployed. */
export type PreflightFailure =
  | AosModuleFailure
  | { readonly reason: "preflight-stopped" }
  | { readonly reason: "live-memory-invalid"; readonly url: string; readonly sizeBytes: number }
  | {
      readonly reason: "preflight-failed";
      readonly problems: readonly { readonly process: string; readonly problem: Problem }[];
    }
  | {
      readonly reason: "preflight-state-lost";
      readonly losses: readonly { readonly process: string; readonly change: Change }[];
    };
