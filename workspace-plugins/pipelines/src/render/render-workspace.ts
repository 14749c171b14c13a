import path from "node:path";
import { create } from "@bufbuild/protobuf";
import { RepositorySchema } from "@slipway/pipeline-sdk/protocol";
import type { Repository } from "@slipway/pipeline-sdk/protocol";
import { fail, listFiles, ok, readTextIfPresent } from "@slipway/signature";
import type { FileListing, Result, SignatureFailure } from "@slipway/signature";
import type { Pipeline } from "../definition/pipeline.ts";
import type { PipelinesFailure } from "../failure.ts";
import { lockedPlugins, machinePlatform, moduleCache, parseManifest } from "../modules/modules.ts";
import { finishFile, planWrites, readDisk } from "../output/output.ts";
import type { Disk, RenderedFile, WritePlan } from "../output/output.ts";
import type { CallLimits } from "../plugins/plugin-process.ts";
import { openPlugins } from "../plugins/plugins.ts";
import { isError } from "./generate.ts";
import { renderPipeline } from "./render.ts";
import type { Manifests } from "./plan-with-plugins.ts";
import type { Installed, RenderRequest, RenderedPipeline } from "./render.ts";
import { skippingOf } from "./skipping.ts";
import { standardPlugins } from "./standard-plugins.ts";

type Limits = CallLimits & { readonly signal: AbortSignal };

export type WorkspaceRender = {
  readonly root: string;
  /** Of the `cig.toml`, relative to the root. */
  readonly file: string;
  readonly limits: Limits;
  readonly providers?: readonly string[] | undefined;
  readonly withRemarks?: boolean;
  readonly onStage?: RenderRequest["onStage"];
};

export type RenderFailure = PipelinesFailure | SignatureFailure;

export type PlannedRender = RenderedPipeline & {
  /** `undefined` where a diagnostic is an error: nothing is to be written. */
  readonly writes: WritePlan | undefined;
};

/** What the files of a `cig.toml` have to say, and how that differs from what lies there. Writes nothing. */
export async function planRender(
  request: WorkspaceRender,
): Promise<Result<PlannedRender, readonly RenderFailure[]>> {
  const { root, file, limits, providers, withRemarks = false, onStage = () => {} } = request;
  const text = await readTextIfPresent(path.join(root, file));
  if (text === undefined) return fail([{ reason: "pipeline-missing", file }]);
  const files = await listFiles(root, limits.signal);
  if (!files.ok) return fail([files.failure]);
  const rendered = await renderPipeline({
    text: { file, text },
    install: async (pipeline) => installedFor(pipeline, files.value, request),
    repository: repositoryOf(files.value),
    providers,
    skippingOf,
    withRemarks,
    limits,
    onStage,
  });
  if (!rendered.ok) return rendered;
  if (rendered.value.diagnostics.some(isError)) {
    return ok({ ...rendered.value, writes: undefined });
  }
  const finished = rendered.value.files.map((one) => finishFile(one, file));
  const disk = await readDisk(root, file, finished);
  const writes = planWrites(finished, providers === undefined ? disk : onlyOf(disk, finished));
  return writes.ok ? ok({ ...rendered.value, writes: writes.value }) : writes;
}

/** What other providers wrote is not looked at, and stays on record. */
function onlyOf(disk: Disk, files: readonly RenderedFile[]): Disk {
  const paths = new Set<string>(files.map((one) => one.path));
  return {
    ...disk,
    found: new Map([...disk.found].filter(([one]) => paths.has(one))),
    keeps: true,
  };
}

async function installedFor(
  pipeline: Pipeline,
  files: FileListing,
  { root, file, limits }: WorkspaceRender,
): Promise<Result<Installed, PipelinesFailure>> {
  const machine = { cache: moduleCache(process.env), platform: machinePlatform() };
  const locked = await lockedPlugins(pipeline, { root, file, ...machine });
  if (!locked.ok) return locked;
  const { configured, folders, granted, verify, withRequired } = locked.value;
  const standard = standardPlugins();
  const manifests = await withStandard(locked.value.manifests, standard);
  if (!manifests.ok) return manifests;
  const settings = Object.entries(pipeline.plugins ?? {}).map(
    ([name, plugin]) => [name, settingsOf(plugin)] as const,
  );
  const sources = {
    configured,
    locked: folders,
    searchPath: process.env["PATH"] ?? "",
    standard,
  };
  const about = { sources, files, settings: new Map(settings), granted, verify };
  return ok({
    manifests: manifests.value,
    open: async (needed) => openPlugins({ ...about, needed: withRequired(needed) }, limits),
  });
}

/** With those of what comes with us. */
async function withStandard(
  locked: Manifests,
  standard: ReturnType<typeof standardPlugins>,
): Promise<Result<Manifests, PipelinesFailure>> {
  const found = new Map(locked);
  for (const [name, { folder }] of standard) {
    const file = path.join(folder, "module.toml");
    const text = found.has(name) ? undefined : await readTextIfPresent(file);
    if (text === undefined) continue;
    const manifest = parseManifest(file, text);
    if (!manifest.ok) return manifest;
    found.set(name, manifest.value);
  }
  return ok(found);
}

/** As plugins see it from their working folder. Neither commit nor branch: the files are the same on all. */
export function repositoryOf({ files }: FileListing): Repository {
  return create(RepositorySchema, {
    root: ".",
    files: files.map((file) => ({
      path: file.path,
      sizeBytes: file.kind === "file" ? BigInt(file.sizeBytes) : 0n,
      executable: file.kind === "file" && file.isExecutable,
    })),
  });
}

function settingsOf(plugin: NonNullable<Pipeline["plugins"]>[string] | undefined): string {
  const settings = typeof plugin === "object" ? plugin.settings : undefined;
  return settings === undefined ? "" : JSON.stringify(settings);
}
