export { readAsked, readOutcomes, readRunning } from "./run-folder.ts";
export { runsFolder } from "./run-place.ts";
export { readWorkspaceName } from "./workspace-name.ts";
export { readRunPlan, readRunResults } from "./run-plan.ts";
export type { PlannedTarget } from "./run-plan.ts";
