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
  | {
      readonly reason: "module-changed";
      readonly module: string;
      readonly place: string;
      readonly expected: Digest;
      readonly actual: string;
    };
