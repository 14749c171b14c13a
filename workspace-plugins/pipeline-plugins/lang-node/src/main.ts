import { serveLanguage } from "@slipway/pipeline-kit/language";
import { node } from "./node.ts";

serveLanguage(node, "0.1.0");
