import { serveCaches } from "@slipway/pipeline-kit/cache";
import { s3 } from "./s3.ts";

serveCaches(s3, "0.1.0");
