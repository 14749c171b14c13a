export type { PipelineProblem, PipelinesFailure } from "./failure.ts";
export { parsePipeline } from "./definition/parse-pipeline.ts";
export type { Pipeline } from "./definition/pipeline.ts";
export { readPipeline } from "./definition/read-pipeline.ts";
export { jobSignatures } from "./job-signatures.ts";
export type { JobSignatures } from "./job-signatures.ts";
