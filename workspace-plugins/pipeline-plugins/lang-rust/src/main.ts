import { serveLanguage } from "@slipway/pipeline-kit/language";
import { rust } from "./rust.ts";

serveLanguage(rust, "0.1.0");
