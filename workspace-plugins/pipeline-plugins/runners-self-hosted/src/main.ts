import { servePlugin } from "@slipway/pipeline-sdk";

servePlugin({
  name: "runners/self-hosted",
  version: "0.1.0",
  capabilities: ["runner:self-hosted"],
  hooks: {
    // What reads the settings takes its time to start.
    plan: async (_request, { settings }) => (await import("./runners.ts")).planRunners(settings),
  },
});
