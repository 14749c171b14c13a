import { servePlugin } from "@slipway/pipeline-sdk";
import { features } from "./features.ts";
import { renderJenkins } from "./render.ts";

servePlugin({
  name: "provider/jenkins",
  version: "0.1.0",
  capabilities: ["provider:jenkins"],
  features: [...features],
  hooks: { generate: async (request) => renderJenkins(request) },
});
