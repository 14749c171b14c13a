export { checkPlugins } from "./plugin-set.ts";
export { runHook } from "./run-hooks.ts";
export { startPlugins } from "./start-plugins.ts";
