import { serveDatabase } from "@slipway/pipeline-kit/database";
import { redis } from "./redis.ts";

serveDatabase(redis, "0.1.0");
