import { serveCaches } from "@slipway/pipeline-kit/serve-cache";

serveCaches("gcs", "0.1.0", async () => (await import("./gcs.ts")).gcs);
