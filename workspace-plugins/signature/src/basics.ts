/** What every package works with, without what signs targets: that is most of this one. */
export { compareBytes } from "./byte-order.ts";
export { canonicalJson } from "./canonical-json.ts";
export {
  digestOf,
  digestOfStream,
  hexOf,
  isDigest,
  openDigest,
  parseDigest,
  shortDigest,
  shownDigest,
} from "./digest.ts";
export { exists, replaceFolder, writeFileAtomically, writeJson } from "./files.ts";
export { pathMatcher } from "./glob.ts";
export { inParallel } from "./in-parallel.ts";
export { parseJson } from "./json-text.ts";
export { takeLock } from "./lock.ts";
export { relieve } from "./relief.ts";
export { hasCode, readTextIfPresent } from "./read-text.ts";
export { fail, ok } from "./result.ts";
