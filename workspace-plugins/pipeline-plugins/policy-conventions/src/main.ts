import { servePolicy } from "@slipway/pipeline-kit/policy";
import { conventions } from "./conventions.ts";

servePolicy(conventions, "0.1.0");
