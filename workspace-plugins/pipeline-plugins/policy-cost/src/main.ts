import { servePolicy } from "@slipway/pipeline-kit/policy";
import { cost } from "./cost.ts";

servePolicy(cost, "0.1.0");
