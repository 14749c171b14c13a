export { bundleProcess } from "./bundle-process.ts";
export { parseDefinition } from "./definition.ts";
export type { Definition } from "./definition.ts";
export { deployProcess } from "./deploy.ts";
export type { ProcessesCause, ProcessesFailure } from "./failure.ts";
export type { DeployOptions, Effects } from "./settle.ts";
export type { TaskContext } from "./task.ts";
export { verifyProcess } from "./verify.ts";
