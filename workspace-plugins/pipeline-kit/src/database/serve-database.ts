import { servePlugin } from "@slipway/pipeline-sdk";
import type { Database } from "./database.ts";
import { planDatabase } from "./plan.ts";

export type { Database } from "./database.ts";

/** Makes this process the plugin of a database. */
export function serveDatabase(database: Database, version: string): void {
  servePlugin({
    name: `db/${database.name}`,
    version,
    capabilities: [`db:${database.name}`, "step:service"],
    hooks: { plan: async (request) => planDatabase(database, request) },
  });
}
