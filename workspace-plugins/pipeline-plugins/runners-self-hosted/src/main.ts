import { servePlugin } from "@slipway/pipeline-sdk";
import { planRunners } from "./runners.ts";

servePlugin({
  name: "runners/self-hosted",
  version: "0.1.0",
  capabilities: ["runner:self-hosted"],
  hooks: { plan: async (_request, { settings }) => planRunners(settings) },
});
