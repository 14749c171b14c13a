import { planRender } from "@slipway/pipelines/render";
import type { PlannedRender, RenderFailure } from "@slipway/pipelines/render";
import { openLines } from "@slipway/report/lines";
import type { Result } from "@slipway/signature";
import type { Answer } from "../answer.ts";
import type { PipelinePlace } from "../pipeline-place.ts";
import { tellFailure } from "../tell.ts";

const stages = {
  starting: "starting plugins",
  detecting: "looking at the repository",
  planning: "planning",
  generating: "rendering",
} as const;

/** Of each hook of a plugin. */
export const limitMs = 30_000;

/** What a `cig.toml` says, rendered; tells what it is at. */
export async function planHere(
  place: PipelinePlace,
  { signal, progress }: Answer,
  providers: readonly string[] | undefined,
  { withRemarks = false }: { readonly withRemarks?: boolean } = {},
): Promise<Result<PlannedRender, readonly RenderFailure[]>> {
  // As many plugins as there are outputs take memory at the same time: what is made for a moment need not grow for it.
  process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=1");
  const onStage = (stage: keyof typeof stages): void => progress(stages[stage]);
  return planRender({ ...place, providers, withRemarks, limits: { limitMs, signal }, onStage });
}

/** As JSON one object, with all of them where there are several. Answers with the exit code. */
export async function tellFailures(
  failures: readonly RenderFailure[],
  { json }: { readonly json: boolean },
): Promise<1> {
  const [failure] = failures;
  const all = failures.length > 1 ? { failures } : {};
  if (json) openLines().line(JSON.stringify({ schema: 1, failure, ...all }, undefined, 2));
  for (const one of failures) await tellFailure(one);
  return 1;
}
