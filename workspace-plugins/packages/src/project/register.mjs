// Written by slipway, for node --import ./.aigogo/register.mjs
import { createRequire } from "node:module";

createRequire(import.meta.url)("./register.js");
