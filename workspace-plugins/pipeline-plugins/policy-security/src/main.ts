import { servePolicy } from "@slipway/pipeline-kit/serve-policy";

servePolicy("security", "0.1.0", async () => (await import("./security.ts")).security);
