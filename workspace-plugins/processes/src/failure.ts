import type { DefinitionFailure } from "@slipway/definitions";
import type { Place } from "@slipway/signature";

export type Unit = "mu" | "su" | "cu" | "gateway";

/** What `ao.yml` or the Lua files are wrong about. */
export type SourceFailure =
  | { readonly reason: "ao-definition-missing"; readonly file: string }
  | DefinitionFailure
  | { readonly reason: "lua-source-missing"; readonly file: string }
  | { readonly reason: "lua-not-utf8"; readonly file: string }
  | { readonly reason: "lua-syntax"; readonly problem: string; readonly at: Place }
  | {
      readonly reason: "lua-module-missing";
      readonly module: string;
      readonly tried: readonly string[];
      readonly at: Place;
    }
  | {
      readonly reason: "lua-module-reserved";
      readonly module: string;
      readonly file: string;
      readonly at: Place;
    }
  | { readonly reason: "lua-module-outside"; readonly module: string; readonly file: string }
  | { readonly reason: "lua-module-cycle"; readonly path: readonly string[]; readonly at: Place };

/** What `ao-bundle` left is not there, or is not what it left. */
export type ReceiptFailure =
  | { readonly reason: "ao-receipt-missing"; readonly file: string }
  | { readonly reason: "ao-receipt-invalid"; readonly file: string; readonly problem: string }
  | { readonly reason: "ao-bundle-altered"; readonly file: string; readonly codeDigest: string };

/** Where to deploy, and with which wallet, is not settled. */
export type SettingsFailure =
  | {
      readonly reason: "deploy-target-unknown";
      readonly deployTarget: string;
      readonly known: readonly string[];
    }
  | {
      readonly reason: "deploy-target-unsupported";
      readonly deployTarget: string;
      readonly mode: string;
    }
  | { readonly reason: "environment-overrides"; readonly names: readonly string[] }
  | { readonly reason: "ao-network-absent"; readonly file: string }
  | { readonly reason: "ao-network-dead"; readonly file: string; readonly pid: number }
  | {
      readonly reason: "ao-network-file-invalid";
      readonly file: string;
      readonly problem: string;
    }
  | { readonly reason: "wallet-unreadable"; readonly source: string }
  | { readonly reason: "wallet-invalid"; readonly source: string }
  | { readonly reason: "ao-record-invalid"; readonly file: string; readonly problem: string }
  | { readonly reason: "ao-record-missing"; readonly file: string }
  | { readonly reason: "ao-deploy-running"; readonly file: string };

/** A unit did not do what it was asked. */
export type UnitFailure =
  | {
      readonly reason: "unit-unreachable";
      readonly unit: Unit;
      readonly method: string;
      readonly url: string;
      readonly problem: string;
    }
  | {
      readonly reason: "unit-refused";
      readonly unit: Unit;
      readonly method: string;
      readonly url: string;
      readonly status: number;
      readonly detail: string;
      readonly retryable: boolean;
    }
  | {
      readonly reason: "unit-unreadable";
      readonly unit: Unit;
      readonly method: string;
      readonly url: string;
      readonly status: number;
      readonly contentType: string;
      readonly start: string;
    }
  | {
      readonly reason: "unit-busy";
      readonly unit: Unit;
      readonly url: string;
      readonly waitedMs: number;
    }
  | { readonly reason: "ao-request-failed"; readonly step: string; readonly problem: string }
  | { readonly reason: "ao-stopped" };

/** The network answered, and the answer does not prove the deployment. */
export type ProofFailure =
  | {
      readonly reason: "wallet-not-owner";
      readonly process: string;
      readonly owner: string;
      readonly wallet: string;
    }
  | {
      readonly reason: "item-unassigned";
      readonly item: string;
      readonly process: string;
      readonly waitedMs: number;
    }
  | {
      readonly reason: "evaluation-failed";
      readonly process: string;
      readonly message: string;
      readonly error: string;
    }
  | {
      readonly reason: "evaluation-unproven";
      readonly process: string;
      readonly message: string;
      readonly output: string;
    }
  | { readonly reason: "process-gone"; readonly process: string }
  | {
      readonly reason: "live-code-differs";
      readonly process: string;
      readonly expected: string;
      readonly live: string;
    }
  | {
      readonly reason: "checks-failed";
      readonly process: string;
      readonly checks: readonly { readonly action: string; readonly problem: string }[];
    };

export type ProcessesFailure =
  | SourceFailure
  | ReceiptFailure
  | SettingsFailure
  | UnitFailure
  | ProofFailure;

export type ProcessesCause =
  | "lua-bundled"
  | "first-deployment"
  | "process-was-gone"
  | "spawn-settings-changed"
  | "spawn-unfinished"
  | "process-adopted"
  | "code-changed"
  | "live-code-drifted"
  | "deployment-resumed"
  | "live-code-agrees"
  | "live-code-and-checks-agree";
