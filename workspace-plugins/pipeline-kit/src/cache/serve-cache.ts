import { servePlugin } from "@slipway/pipeline-sdk";
import type { Backend, BackendSettings } from "./backend.ts";
import { planCaches } from "./plan.ts";

export type { Backend } from "./backend.ts";
export { SecretName, settingsOfBackends } from "./settings.ts";

/** Makes this process the plugin of a backend of caches. */
export function serveCaches<Settings extends BackendSettings>(
  backend: Backend<Settings>,
  version: string,
): void {
  servePlugin({
    name: `cache/${backend.name}`,
    version,
    capabilities: [`cache:${backend.name}`],
    // Of one cache only one plugin gives the steps.
    conflictsWith: [`cache:${backend.name}`],
    hooks: { plan: async (request, { settings }) => planCaches(backend, request, settings) },
  });
}
