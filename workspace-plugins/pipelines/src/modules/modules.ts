export { composeModules } from "./compose.ts";
export { lockedPlugins } from "./locked-plugins.ts";
export type { LockedPlugins } from "./locked-plugins.ts";
export { moduleCache } from "./module-cache.ts";
export { machinePlatform, parseManifest } from "./manifest.ts";
export type { ModuleManifest } from "./manifest.ts";
