import { servePlugin } from "@slipway/pipeline-sdk";
import packageJson from "../package.json" with { type: "json" };
import { features } from "./features.ts";
import { renderGithub } from "./render.ts";

servePlugin({
  name: "provider/github",
  version: packageJson.version,
  capabilities: ["provider:github"],
  features: [...features],
  hooks: { generate: async (request) => renderGithub(request) },
});
