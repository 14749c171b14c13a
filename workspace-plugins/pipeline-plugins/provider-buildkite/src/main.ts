import { servePlugin } from "@slipway/pipeline-sdk";
import { features } from "./features.ts";
import { renderBuildkite } from "./render.ts";

servePlugin({
  name: "provider/buildkite",
  version: "0.1.0",
  capabilities: ["provider:buildkite"],
  features: [...features],
  hooks: { generate: async (request) => renderBuildkite(request) },
});
