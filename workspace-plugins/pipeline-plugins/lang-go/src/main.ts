import { serveLanguage } from "@slipway/pipeline-kit/language";
import { go } from "./go.ts";

serveLanguage(go, "0.1.0");
