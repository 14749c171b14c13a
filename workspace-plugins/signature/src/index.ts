export {
  digestOf,
  digestOfStream,
  hexOf,
  isDigest,
  openDigest,
  parseDigest,
  shortDigest,
} from "./digest.ts";
export type { Digest } from "./digest.ts";
export {
  exists,
  readTextIfPresent,
  replaceFolder,
  writeFileAtomically,
  writeJson,
} from "./files.ts";
export type { Outcome, Place } from "./outcome.ts";
export { fail, ok } from "./result.ts";
export type { Result } from "./result.ts";
export { executorSource, treeFact } from "./executor-source.ts";
