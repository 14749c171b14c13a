import { serveCaches } from "@slipway/pipeline-kit/cache";
import { gcs } from "./gcs.ts";

serveCaches(gcs, "0.1.0");
