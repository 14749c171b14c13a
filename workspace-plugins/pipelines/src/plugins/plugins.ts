export { findPlugins } from "./discover.ts";
export { checkPlugins } from "./plugin-set.ts";
export { launchOf } from "./program.ts";
export { runHook } from "./run-hooks.ts";
export { startPlugins } from "./start-plugins.ts";
