import { servePlugin } from "@slipway/pipeline-sdk";
import { judgePipeline } from "./policy.ts";
import type { Policy, SettingsOfAll } from "./policy.ts";

export { settingsOfAll } from "./policy.ts";
export type { Fault, Policy } from "./policy.ts";
export { globMatches, jobsIn, overridesIn, stringsIn } from "./walk.ts";
export type { JobIn, StringIn } from "./walk.ts";

/** Makes this process the plugin of a policy. */
export function servePolicy<Settings extends SettingsOfAll>(
  policy: Policy<Settings>,
  version: string,
): void {
  servePlugin({
    name: `policy/${policy.name}`,
    version,
    capabilities: [`policy:${policy.name}`],
    hooks: {
      validate: async ({ graph }, { settings }) => ({
        diagnostics: [...judgePipeline(policy, graph, settings)],
      }),
    },
  });
}
