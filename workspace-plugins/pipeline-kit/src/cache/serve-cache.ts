import { servePlugin } from "@slipway/pipeline-sdk";
import type { Backend, BackendSettings } from "./backend.ts";

/** Makes this process the plugin of a backend of caches, which is loaded when it is first asked: what reads its settings takes its time to start. */
export function serveCaches<Settings extends BackendSettings>(
  name: string,
  version: string,
  load: () => Promise<Backend<Settings>>,
): void {
  servePlugin({
    name: `cache/${name}`,
    version,
    capabilities: [`cache:${name}`],
    // Of one cache only one plugin gives the steps.
    conflictsWith: [`cache:${name}`],
    hooks: {
      plan: async (request, { settings }) => {
        const { planCaches } = await import("./plan.ts");
        return planCaches(await load(), request, settings);
      },
    },
  });
}
