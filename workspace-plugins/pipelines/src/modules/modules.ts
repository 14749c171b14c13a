export { checkInputs } from "./inputs.ts";
export type { CheckedInputs } from "./inputs.ts";
export { manifestName, manifestOf, parseManifest, programFor } from "./manifest.ts";
export type { ModuleManifest } from "./manifest.ts";
export {
  formatLock,
  configDigest,
  lockDifferences,
  lockName,
  parseLock,
  standardSource,
} from "./lock.ts";
export type { Lock, LockedPlugin } from "./lock.ts";
export { resolveModules } from "./resolve.ts";
export type { ModuleSource, Requirement, ResolvedModule, Root } from "./resolve.ts";
export { contentDigest, filesProblem, inOrder, moduleLimits } from "./module-files.ts";
