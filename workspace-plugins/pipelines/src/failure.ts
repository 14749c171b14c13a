import type { Place } from "@slipway/signature";
import type { DiscoveryFailure } from "./plugins/discovery-failure.ts";
import type { PluginFailure } from "./plugins/plugin-failure.ts";
import type { PluginSetFailure } from "./plugins/plugin-set.ts";

/** One thing wrong in a `cig.toml`; `line` and `column` count from 1. */
export type PipelineProblem = {
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
  readonly at: Place;
  readonly line: number;
  readonly column: number;
};

export type PipelinesFailure =
  | DiscoveryFailure
  | PluginFailure
  | PluginSetFailure
  | {
      readonly reason: "pipeline-invalid";
      readonly file: string;
      /** In the order of the file. */
      readonly problems: readonly PipelineProblem[];
    }
  | { readonly reason: "pipeline-missing"; readonly file: string };
