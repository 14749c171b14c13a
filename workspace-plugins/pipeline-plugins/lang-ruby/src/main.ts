import { serveLanguage } from "@slipway/pipeline-kit/language";
import { ruby } from "./ruby.ts";

serveLanguage(ruby, "0.1.0");
