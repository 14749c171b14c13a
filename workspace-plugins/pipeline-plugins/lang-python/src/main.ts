import { serveLanguage } from "@slipway/pipeline-kit/language";
import { python } from "./python.ts";

serveLanguage(python, "0.1.0");
