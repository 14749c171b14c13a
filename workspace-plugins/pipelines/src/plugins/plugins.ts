export { openPlugins } from "./open-plugins.ts";
export { checkPlugins } from "./plugin-set.ts";
export { launchOf } from "./program.ts";
export { runHook } from "./run-hooks.ts";
