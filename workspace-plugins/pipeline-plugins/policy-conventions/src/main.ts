import { servePolicy } from "@slipway/pipeline-kit/serve-policy";

servePolicy("conventions", "0.1.0", async () => (await import("./conventions.ts")).conventions);
