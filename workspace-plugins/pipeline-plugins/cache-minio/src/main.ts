import { serveCaches } from "@slipway/pipeline-kit/serve-cache";

serveCaches("minio", "0.1.0", async () => (await import("./minio.ts")).minio);
