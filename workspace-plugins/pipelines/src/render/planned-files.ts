import path from "node:path";
import { fail, ok, readTextIfPresent, writeJson } from "@slipway/signature";
import type { Outcome, Result } from "@slipway/signature";
import { z } from "zod";
import type { PipelinesFailure } from "../failure.ts";
import {
  applyWrites,
  checkFiles,
  finishFile,
  parseOutputPath,
  planWrites,
  readDisk,
} from "../output/output.ts";
import { planRender } from "./render-workspace.ts";
import type { RenderFailure, WorkspaceRender } from "./render-workspace.ts";

export type PipelineCause = "pipeline-planned" | "files-rendered" | "files-as-planned";

/** Where the target `plan` leaves its result. `projectRoot` is relative to the workspace. */
function plannedFile(root: string, projectRoot: string): string {
  return path.join(root, projectRoot, "dist", "plan", "plan.json");
}

const PlannedFiles = z.strictObject({
  schema: z.literal(1),
  /** The definition file, relative to the workspace. */
  source: z.string(),
  files: z.array(
    z.strictObject({
      path: z.string().transform((text, context) => {
        const parsed = parseOutputPath(text);
        if ("path" in parsed) return parsed.path;
        context.addIssue({ code: "custom", message: parsed.problem });
        return z.NEVER;
      }),
      format: z.enum(["YAML", "JSON", "TEXT", "GROOVY"]),
      content: z.string(),
      isExecutable: z.boolean(),
    }),
  ),
});

/** The target `plan`: what the files have to say, without a look at what they say. */
export async function planFiles(
  request: WorkspaceRender,
): Promise<Result<Outcome<PipelineCause>, readonly RenderFailure[]>> {
  const { root, file } = request;
  const planned = await planRender(request);
  if (!planned.ok) return planned;
  const { writes, diagnostics, files, graph } = planned.value;
  if (writes === undefined) return fail([{ reason: "pipeline-refused", file, diagnostics }]);
  const target = plannedFile(root, path.posix.dirname(file));
  await writeJson(target, { schema: 1, source: file, files });
  const jobs = graph.workflows.reduce((sum, workflow) => sum + workflow.jobs.length, 0);
  const facts = { jobs, files: files.length };
  return ok({ state: "done", cause: "pipeline-planned", facts });
}

type Rendering = {
  readonly root: string;
  readonly projectRoot: string;
  /** Only says whether the files are as planned. */
  readonly isCheck: boolean;
  readonly signal: AbortSignal;
};

/** The target `render`: makes the files say what was planned. */
export async function renderPlanned({
  root,
  projectRoot,
  isCheck,
  signal,
}: Rendering): Promise<Result<Outcome<PipelineCause>, readonly PipelinesFailure[]>> {
  const file = plannedFile(root, projectRoot);
  const text = await readTextIfPresent(file);
  const read = PlannedFiles.safeParse(text === undefined ? undefined : JSON.parse(text));
  if (!read.success) return fail([{ reason: "plan-unreadable", file: path.relative(root, file) }]);
  const { source, files } = read.data;
  const finished = files.map((one) => finishFile(one, source));
  const planned = planWrites(finished, await readDisk(root, source, finished));
  if (!planned.ok) return planned;
  const stale = checkFiles(planned.value);
  const facts = { files: files.length };
  if (stale === undefined) return ok({ state: "unchanged", cause: "files-as-planned", facts });
  if (isCheck) return fail([stale]);
  const written = await applyWrites(root, planned.value, { force: false, signal });
  if (!written.ok) return fail([written.failure]);
  const changed = planned.value.writes.filter(({ state }) => state !== "unchanged").length;
  return ok({ state: "done", cause: "files-rendered", facts: { ...facts, changed } });
}
