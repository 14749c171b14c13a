export type { PipelineProblem, PipelinesFailure } from "./failure.ts";
export { parsePipeline } from "./parse-pipeline.ts";
export type { Pipeline } from "./pipeline.ts";
export { readPipeline } from "./read-pipeline.ts";
export { jobSignatures } from "./job-signatures.ts";
export type { JobSignatures } from "./job-signatures.ts";
