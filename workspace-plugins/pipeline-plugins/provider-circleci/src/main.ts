import { servePlugin } from "@slipway/pipeline-sdk";
import packageJson from "../package.json" with { type: "json" };
import { features } from "./features.ts";
import { renderCircleci } from "./render.ts";

servePlugin({
  name: "provider/circleci",
  version: packageJson.version,
  capabilities: ["provider:circleci"],
  hooks: { generate: async (request) => renderCircleci(request) },
  features: [...features],
});
