import { servePolicy } from "@slipway/pipeline-kit/serve-policy";

servePolicy("cost", "0.1.0", async () => (await import("./cost.ts")).cost);
