import type { Diagnostic } from "@slipway/pipeline-sdk/protocol";
import type { PipelineProblem } from "./definition/problem.ts";
import type { ImportFailure } from "./import/import-failure.ts";
import type { ModulesFailure } from "./modules/failure.ts";
import type { DiscoveryFailure } from "./plugins/discovery-failure.ts";
import type { OutputFailure } from "./output/output-failure.ts";
import type { PluginFailure } from "./plugins/plugin-failure.ts";
import type { CapabilityFailure } from "./plugins/sandbox-capabilities.ts";
import type { StoreFailure } from "./skipping/success-record.ts";
import type { PluginSetFailure } from "./plugins/plugin-set.ts";

export type { PipelineProblem };

export type PipelinesFailure =
  | CapabilityFailure
  | DiscoveryFailure
  | ImportFailure
  | OutputFailure
  | PluginFailure
  | PluginSetFailure
  | ModulesFailure
  | {
      readonly reason: "pipeline-invalid";
      readonly file: string;
      /** In the order of the file. */
      readonly problems: readonly PipelineProblem[];
    }
  | StoreFailure
  | { readonly reason: "pipeline-missing"; readonly file: string }
  | {
      /** Plugins have errors to tell of it. */
      readonly reason: "pipeline-refused";
      readonly file: string;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly reason: "plan-unreadable"; readonly file: string }
  | {
      /** No output of the file is for it. */
      readonly reason: "provider-unknown";
      readonly provider: string;
      readonly known: readonly string[];
    }
  | {
      readonly reason: "workflow-unknown";
      readonly workflow: string;
      readonly known: readonly string[];
    }
  | {
      /** Two plugins say different things of the repository. */
      readonly reason: "plugin-facts-differ";
      readonly fact: string;
      readonly given: readonly { readonly plugin: string; readonly value: string }[];
    };
