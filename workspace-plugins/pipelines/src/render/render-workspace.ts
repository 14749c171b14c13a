import path from "node:path";
import { create } from "@bufbuild/protobuf";
import { RepositorySchema } from "@slipway/pipeline-sdk/protocol";
import { fail, ok, readTextIfPresent } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Pipeline } from "../definition/pipeline.ts";
import type { PipelinesFailure } from "../failure.ts";
import { finishFile, planWrites, readDisk } from "../output/output.ts";
import type { WritePlan } from "../output/output.ts";
import type { CallLimits } from "../plugins/plugin-process.ts";
import { findPlugins, launchOf } from "../plugins/plugins.ts";
import type { PluginStart } from "../plugins/start-plugins.ts";
import { isError } from "./generate.ts";
import { renderPipeline } from "./render.ts";
import type { RenderRequest, RenderedPipeline } from "./render.ts";
import { skippingOf } from "./skipping.ts";
import { standardPlugins } from "./standard-plugins.ts";

export type WorkspaceRender = {
  readonly root: string;
  /** Of the `cig.toml`, relative to the root. */
  readonly file: string;
  readonly limits: CallLimits;
  readonly providers?: readonly string[] | undefined;
  readonly onStage?: RenderRequest["onStage"];
};

export type PlannedRender = RenderedPipeline & {
  /** `undefined` where a diagnostic is an error: nothing is to be written. */
  readonly writes: WritePlan | undefined;
};

/** What the files of a `cig.toml` have to say, and how that differs from what lies there. Writes nothing. */
export async function planRender(
  request: WorkspaceRender,
): Promise<Result<PlannedRender, readonly PipelinesFailure[]>> {
  const { root, file, limits, providers, onStage = () => {} } = request;
  const text = await readTextIfPresent(path.join(root, file));
  if (text === undefined) return fail([{ reason: "pipeline-missing", file }]);
  const rendered = await renderPipeline({
    text: { file, text },
    find: async (names, pipeline) => findIn(root, names, pipeline),
    repository: create(RepositorySchema, { root }),
    providers,
    skippingOf,
    limits,
    onStage,
  });
  if (!rendered.ok) return rendered;
  if (rendered.value.diagnostics.some(isError)) {
    return ok({ ...rendered.value, writes: undefined });
  }
  const finished = rendered.value.files.map((one) => finishFile(one, file));
  const writes = planWrites(finished, await readDisk(root, file, finished));
  return writes.ok ? ok({ ...rendered.value, writes: writes.value }) : writes;
}

async function findIn(
  root: string,
  names: readonly string[],
  { plugins = {} }: Pipeline,
): Promise<Result<readonly PluginStart[], readonly PipelinesFailure[]>> {
  const found = await findPlugins(names, {
    root,
    configured: plugins,
    locked: new Map(),
    searchPath: process.env["PATH"] ?? "",
    standard: standardPlugins(),
  });
  if (!found.ok) return found;
  return ok(
    found.value.map(({ name, program }) => ({
      program: { name, folder: root, ...launchOf(program) },
      told: { granted: [], settings: settingsOf(plugins[name]) },
    })),
  );
}

function settingsOf(plugin: NonNullable<Pipeline["plugins"]>[string] | undefined): string {
  const settings = typeof plugin === "object" ? plugin.settings : undefined;
  return settings === undefined ? "" : JSON.stringify(settings);
}
