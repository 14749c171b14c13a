import { servePolicy } from "@slipway/pipeline-kit/policy";
import { security } from "./security.ts";

servePolicy(security, "0.1.0");
