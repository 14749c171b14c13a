import { serveCaches } from "@slipway/pipeline-kit/cache";
import { minio } from "./minio.ts";

serveCaches(minio, "0.1.0");
