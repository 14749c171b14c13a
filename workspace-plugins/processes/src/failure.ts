import type { DefinitionFailure } from "@slipway/definitions";
import type { Place } from "@slipway/signature";
import type { ReleaseCause, ReleaseFailure } from "./release/failure.ts";
import type { HeldKeyFailure } from "./definition/held-key.ts";
import type { SigningFailure } from "./network/signer.ts";
import type { WalletFailure } from "./network/wallet.ts";
import type { PreflightFailure } from "./preflight/failure.ts";
import type { PromotionFailure } from "./promote/failure.ts";
import type { RollbackFailure } from "./rollback/failure.ts";
import type { LaterEvaluation } from "./verify/later-evaluation.ts";

/** `node`: of HyperBEAM, which is all units at once. */
export type Unit = "mu" | "su" | "cu" | "gateway" | "node";

/** What `ao.yml` or the Lua files are wrong about. */
export type SourceFailure =
  | { readonly reason: "ao-definition-missing"; readonly file: string }
  | DefinitionFailure
  | HeldKeyFailure
  | {
      readonly reason: "lua-source-missing";
      readonly file: string;
      readonly otherCase?: string;
    }
  | { readonly reason: "lua-source-outside"; readonly file: string }
  | { readonly reason: "lua-not-utf8"; readonly file: string }
  | {
      readonly reason: "lua-syntax";
      readonly problem: string;
      readonly at: Place;
      readonly foreign?: ForeignSyntax;
    }
  | { readonly reason: "lua-too-deep"; readonly file: string }
  | { readonly reason: "lua-locals"; readonly at: Place }
  | {
      readonly reason: "lua-too-large";
      readonly file: string;
      readonly sizeBytes: number;
      readonly limitBytes: number;
    }
  | {
      readonly reason: "lua-module-missing";
      readonly module: string;
      readonly tried: readonly string[];
      readonly at: Place;
      readonly otherCase?: string;
    }
  | {
      readonly reason: "lua-module-reserved";
      readonly module: string;
      readonly file: string;
      readonly at: Place;
    }
  | {
      readonly reason: "lua-module-outside";
      readonly module: string;
      readonly file: string;
      readonly at: Place;
    }
  | { readonly reason: "lua-module-cycle"; readonly path: readonly string[]; readonly at: Place }
  | {
      readonly reason: "bundle-too-large";
      readonly process: string;
      readonly sizeBytes: number;
      readonly limitBytes: number;
      readonly largest: readonly { readonly file: string; readonly sizeBytes: number }[];
    };

/** What a line is in the language that it is of. */
export type ForeignSyntax =
  | "attribute-of-lua-5.4"
  | "number-of-luajit"
  | "not-equal-of-c"
  | "assignment-of-c"
  | "logic-of-c";

/** What `ao-bundle` left is not there, or is not what it left. */
export type ReceiptFailure =
  | { readonly reason: "ao-receipt-missing"; readonly file: string }
  | { readonly reason: "ao-receipt-invalid"; readonly file: string; readonly problem: string }
  | { readonly reason: "ao-receipt-other"; readonly process: string }
  | { readonly reason: "ao-bundle-altered"; readonly file: string; readonly codeDigest: string };

/** Where to deploy, and with which wallet, is not settled. */
export type SettingsFailure =
  | {
      readonly reason: "deploy-target-unknown";
      readonly deployTarget: string;
      readonly known: readonly string[];
    }
  | { readonly reason: "ao-network-absent"; readonly file: string }
  | { readonly reason: "ao-network-dead"; readonly file: string; readonly pid: number }
  | {
      readonly reason: "ao-network-file-invalid";
      readonly file: string;
      readonly problem: string;
    }
  | { readonly reason: "ao-record-invalid"; readonly file: string; readonly problem: string }
  | { readonly reason: "ao-record-missing"; readonly file: string }
  | { readonly reason: "ao-record-moved"; readonly file: string }
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
  | {
      readonly reason: "unit-turn-too-late";
      readonly url: string;
      readonly turnInMs: number;
      readonly limitMs: number;
    }
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
      /** Digests of the ids of other processes that it knows, where these are what differs. */
      readonly links?: { readonly expected: string; readonly live: string };
      /** Where a verification has looked for it. */
      readonly changedBy?: readonly LaterEvaluation[];
    }
  | {
      readonly reason: "checks-failed";
      readonly process: string;
      readonly checks: readonly { readonly action: string; readonly problem: string }[];
    };

/** Nothing was signed, or what was planned cannot be done, or is not what it was. */
export type DeployFailure =
  | WalletFailure
  | SigningFailure
  | { readonly reason: "code-lost"; readonly codeDigest: string; readonly message: string }
  | { readonly reason: "export-outside"; readonly file: string }
  | { readonly reason: "plan-missing"; readonly file: string }
  | { readonly reason: "plan-invalid"; readonly file: string; readonly problem: string }
  | { readonly reason: "plan-stale"; readonly moved: readonly string[] }
  | { readonly reason: "module-unknown"; readonly module: string; readonly problem: string };

export type ProcessesFailure =
  | ReleaseFailure
  | SourceFailure
  | ReceiptFailure
  | SettingsFailure
  | UnitFailure
  | PreflightFailure
  | ProofFailure
  | DeployFailure
  | PromotionFailure
  | RollbackFailure;

export type ProcessesCause =
  | ReleaseCause
  | "lua-bundled"
  | "ids-written"
  | "code-tried"
  | "first-deployment"
  | "process-was-gone"
  | "spawn-settings-changed"
  | "spawn-unfinished"
  | "process-adopted"
  | "code-changed"
  | "links-changed"
  | "live-code-drifted"
  | "deployment-resumed"
  | "promotion-approved"
  | "live-code-agrees"
  | "live-code-and-checks-agree";
