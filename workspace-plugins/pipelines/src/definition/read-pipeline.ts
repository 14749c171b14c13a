import path from "node:path";
import { fail, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { PipelinesFailure } from "../failure.ts";
import { parsePipeline } from "./parse-pipeline.ts";
import type { Pipeline } from "./pipeline.ts";

/** The `cig.toml` of a project; `projectRoot` is relative to the workspace. */
export async function readPipeline(
  workspaceRoot: string,
  projectRoot: string,
): Promise<Result<Pipeline, PipelinesFailure>> {
  const file = path.posix.join(projectRoot, "cig.toml");
  const text = await readTextIfPresent(path.join(workspaceRoot, file));
  return text === undefined
    ? fail({ reason: "pipeline-missing", file })
    : parsePipeline(file, text);
}
