import type { Digest } from "@slipway/signature";
import type { PipelineProblem } from "../definition/problem.ts";
import type { FilesProblem } from "./module-files.ts";

/** From `cig.toml` to one who asks for a module: each with its version, and last what is let in. */
export type RequirementChain = {
  readonly by: readonly string[];
  /** As it is written. */
  readonly constraint: string;
};

export type ResolutionFailure =
  | {
      readonly reason: "modules-conflict";
      readonly module: string;
      /** `standard`: it comes with slipway. */
      readonly place: string;
      /** All there are; the highest first. */
      readonly versions: readonly string[];
      readonly chains: readonly RequirementChain[];
    }
  | { readonly reason: "modules-circular"; readonly path: readonly string[] }
  | {
      readonly reason: "module-sources-differ";
      readonly module: string;
      readonly places: readonly { readonly place: string; readonly by: readonly string[] }[];
    }
  | { readonly reason: "modules-unresolved"; readonly steps: number };

/** Why a signed statement does not count; `signer` is the hint of the key, where somebody signed. */
export type SignatureObjection = { readonly signer: string | undefined; readonly problem: string };

export type ModulesFailure =
  | ResolutionFailure
  | {
      readonly reason: "module-invalid";
      readonly file: string;
      /** In the order of the file. */
      readonly problems: readonly PipelineProblem[];
    }
  | {
      readonly reason: "module-files-refused";
      readonly module: string;
      readonly path: string;
      readonly problem: FilesProblem;
    }
  | {
      readonly reason: "modules-lock-invalid";
      readonly file: string;
      readonly problems: readonly PipelineProblem[];
    }
  | { readonly reason: "module-manifest-missing"; readonly file: string }
  | { readonly reason: "module-program-missing"; readonly module: string; readonly program: string }
  | {
      readonly reason: "module-version-taken";
      readonly reference: string;
      readonly own: Digest;
      readonly published: Digest;
    }
  | { readonly reason: "module-missing"; readonly reference: string }
  | { readonly reason: "module-source-unknown"; readonly module: string }
  | {
      readonly reason: "module-named-otherwise";
      readonly module: string;
      readonly place: string;
      readonly actual: string;
    }
  | {
      readonly reason: "module-requires-local";
      readonly module: string;
      readonly requires: string;
    }
  | { readonly reason: "module-git-failed"; readonly place: string; readonly said: string }
  | {
      readonly reason: "module-commit-gone";
      readonly place: string;
      readonly locked: string;
      /** Where the ref is now. */
      readonly actual: string;
    }
  | { readonly reason: "modules-stopped" }
  | { readonly reason: "module-not-added"; readonly file: string; readonly module: string }
  | { readonly reason: "module-not-here"; readonly module: string; readonly version: string }
  | {
      readonly reason: "module-platform-missing";
      readonly module: string;
      readonly version: string;
      readonly platform: string;
      readonly platforms: readonly string[];
    }
  | {
      readonly reason: "module-not-granted";
      readonly asked: readonly {
        readonly module: string;
        readonly version: string;
        readonly capabilities: readonly string[];
      }[];
    }
  | {
      readonly reason: "modules-lock-stale";
      readonly file: string;
      /** Lines that go and that come. */
      readonly differences: readonly string[];
    }
  | { readonly reason: "modules-offline"; readonly needed: readonly string[] }
  | {
      readonly reason: "module-artefact-invalid";
      readonly reference: string;
      readonly problem: string;
    }
  | {
      readonly reason: "module-unsigned";
      readonly reference: string;
      /** One for each statement that there is. */
      readonly objections: readonly SignatureObjection[];
    }
  | {
      readonly reason: "module-changed";
      readonly module: string;
      readonly place: string;
      readonly expected: Digest;
      readonly actual: string;
    };
