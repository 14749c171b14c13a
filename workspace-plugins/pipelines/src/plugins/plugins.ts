export { openPlugins } from "./open-plugins.ts";
export type { FoundPlugin } from "./discover.ts";
export type { OpenPlugins } from "./open-plugins.ts";
export { checkPlugins } from "./plugin-set.ts";
export type { PluginProgram } from "./plugin-process.ts";
export { launchOf } from "./program.ts";
export { runHook } from "./run-hooks.ts";
export { confine, probeSandbox } from "./sandbox.ts";
export { startPlugins } from "./start-plugins.ts";
