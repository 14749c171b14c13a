import { serveDatabase } from "@slipway/pipeline-kit/database";
import { mysql } from "./mysql.ts";

serveDatabase(mysql, "0.1.0");
