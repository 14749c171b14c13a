export { plannedAsJson } from "./as-json.ts";
export { applyWrites, checkFiles, diffOf } from "../output/output.ts";
export type { WritePlan } from "../output/output.ts";
export { detectLanguages } from "./detect-languages.ts";
export { planRender } from "./render-workspace.ts";
export type { PlannedRender, RenderFailure, WorkspaceRender } from "./render-workspace.ts";
