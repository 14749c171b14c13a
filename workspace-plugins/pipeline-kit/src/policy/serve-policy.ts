import { servePlugin } from "@slipway/pipeline-sdk";
import type { Policy, SettingsOfAll } from "./policy.ts";

/** Makes this process the plugin of a policy, which is loaded when it is first asked: what reads its settings takes its time to start. */
export function servePolicy<Settings extends SettingsOfAll>(
  name: string,
  version: string,
  load: () => Promise<Policy<Settings>>,
): void {
  servePlugin({
    name: `policy/${name}`,
    version,
    capabilities: [`policy:${name}`],
    hooks: {
      validate: async ({ graph }, { settings }) => {
        const { judgePipeline } = await import("./policy.ts");
        return { diagnostics: [...judgePipeline(await load(), graph, settings)] };
      },
    },
  });
}
