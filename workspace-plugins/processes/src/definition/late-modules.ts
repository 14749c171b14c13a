import type { Ajv, Options } from "ajv";
import type semver from "semver";

/** For what few definitions need: every command reads the definitions, and would load it. */
const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);

export function loadAjv(): new (options: Options) => Ajv {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a module exports, required and not imported
  return (require("ajv") as { readonly Ajv: new (options: Options) => Ajv }).Ajv;
}

export function loadValidRange(): typeof semver.validRange {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a module exports, required and not imported
  return require("semver/ranges/valid.js") as typeof semver.validRange;
}
