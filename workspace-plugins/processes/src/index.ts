export { bundleProcess } from "./bundle/bundle-process.ts";
export type { Doubt } from "./bundle/doubts.ts";
export { parseDefinition } from "./definition/definition.ts";
export type { Definition } from "./definition/definition.ts";
export { Slug } from "./definition/words.ts";
export { deployProcess } from "./deploy/deploy.ts";
export type {
  DeployFailure,
  ForeignSyntax,
  ProcessesCause,
  ProcessesFailure,
  UnitFailure,
} from "./failure.ts";
export type { DeployOptions, Effects } from "./deploy/settle.ts";
export type { ReleaseCause, ReleaseFailure } from "./release/failure.ts";
export type { TaskContext } from "./task.ts";
export type { Gate, GateProblem } from "./promote/gates.ts";
export type { RolledBack, Way } from "./rollback/rollback.ts";
export { verifyProcess } from "./verify/verify.ts";
export type { SeenProcess } from "./verify/verify-environment.ts";
export type { Change as PreflightChange } from "./preflight/changes.ts";
export type { PreflightFailure } from "./preflight/failure.ts";
export type { PreflightTask } from "./preflight/project.ts";
export type {
  NotLive as PreflightNotLive,
  PreflightReport,
  Problem as PreflightProblem,
} from "./preflight/report.ts";
export type { Plan } from "./deploy/plan.ts";
