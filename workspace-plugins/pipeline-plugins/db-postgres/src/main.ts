import { serveDatabase } from "@slipway/pipeline-kit/database";
import { postgres } from "./postgres.ts";

serveDatabase(postgres, "0.1.0");
