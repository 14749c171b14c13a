import { serveCaches } from "@slipway/pipeline-kit/serve-cache";

serveCaches("s3", "0.1.0", async () => (await import("./s3.ts")).s3);
