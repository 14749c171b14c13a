import type { Graph } from "@slipway/pipeline-sdk/graph";
import { Diagnostic_Level } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic, Feature, Repository, Skipping } from "@slipway/pipeline-sdk/protocol";
import { compareBytes, fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import { invalidPipeline, parsePipeline } from "../definition/parse-pipeline.ts";
import type { Pipeline } from "../definition/pipeline.ts";
import type { PipelinesFailure } from "../failure.ts";
import { composeModules } from "../modules/modules.ts";
import { resolvePipeline } from "../plan/graph.ts";
import type { PlanProblem } from "../plan/scope.ts";
import type { PipelineText } from "../plan/plan.ts";
import { grantPaths, mergeFragments } from "../output/output.ts";
import type { MergedFile } from "../output/output.ts";
import type { CallLimits } from "../plugins/plugin-process.ts";
import { checkPlugins } from "../plugins/plugins.ts";
import type { FoundPlugin, OpenPlugins } from "../plugins/plugins.ts";
import { detect } from "./detect.ts";
import type { Detected } from "./detect.ts";
import { generate, isError, validate } from "./generate.ts";
import { unknownProvider, wantedFiles } from "./output-files.ts";
import type { WantedFile } from "./output-files.ts";
import { placeMessages } from "./place-messages.ts";
import { checkVersions } from "./module-uses.ts";
import { sandboxOff } from "./sandbox-off.ts";
import { unusedSkipping } from "./unused-skipping.ts";
import { planWithPlugins } from "./plan-with-plugins.ts";
import type { Manifests } from "./plan-with-plugins.ts";

/** What is on this machine for a pipeline. */
export type Installed = {
  readonly manifests: Manifests;
  /** Starts the plugins of these names, and those that the workspace wants beside them. */
  readonly open: (
    needed: readonly string[],
  ) => Promise<Result<OpenPlugins, readonly PipelinesFailure[]>>;
};

export type RenderRequest = {
  readonly text: PipelineText;
  readonly install: (pipeline: Pipeline) => Promise<Result<Installed, PipelinesFailure>>;
  readonly repository: Repository;
  /** Only these; `undefined`: all of the file. */
  readonly providers: readonly string[] | undefined;
  readonly skippingOf: (pipeline: Pipeline, file: string) => Skipping | undefined;
  /** Whether what is neither an error nor a warning is told with its line, for which the file is read once more. */
  readonly withRemarks: boolean;
  readonly limits: CallLimits;
  readonly onStage: (stage: "starting" | "detecting" | "planning" | "generating") => void;
};

export type RenderingPlugin = {
  readonly name: string;
  readonly version: string;
  readonly place: FoundPlugin["place"] | undefined;
  /** Where else one of its name lies. */
  readonly passedOver: FoundPlugin["passedOver"];
};

export type RenderedPipeline = {
  readonly plugins: readonly RenderingPlugin[];
  readonly sandbox: OpenPlugins["sandbox"];
  /** Whether runs ask which jobs may be left out. */
  readonly isSkipping: boolean;
  /** What the provider of each output says that it can render. */
  readonly providers: ReadonlyMap<string, readonly Feature[]>;
  readonly detected: readonly Detected[];
  readonly graph: Graph;
  /** What the providers were asked for. */
  readonly outputs: readonly WantedFile[];
  /** Nothing is to be written where one of them is an error. In the order of their places. */
  readonly diagnostics: readonly Diagnostic[];
  readonly files: readonly MergedFile[];
};

type Rendered = Result<RenderedPipeline, readonly PipelinesFailure[]>;

/** From the text of a `cig.toml` to the text of each file of its outputs; writes nothing. */
export async function renderPipeline(request: RenderRequest): Promise<Rendered> {
  const { text } = request;
  const parsed = parsePipeline(text.file, text.text);
  if (!parsed.ok) return fail([parsed.failure]);
  const pipeline = parsed.value;
  // What no plugin is needed for is told before any is started.
  const first = resolvePipeline(pipeline, { facts: undefined });
  const installed = await request.install(pipeline);
  if (!installed.ok) return fail([installed.failure]);
  const { manifests, open } = installed.value;
  const problems = [...first.problems];
  const tell = (problem: PlanProblem): void => void problems.push(problem);
  checkVersions(first.uses, (module) => manifests.get(module)?.version, tell);
  const uses = composeModules(first.graph, first.uses, manifests, tell);
  if (problems.length > 0) return fail([invalidPipeline(text.file, text.text, problems)]);
  const unknown = unknownProvider(pipeline, request.providers);
  if (unknown !== undefined) return fail([unknown]);
  const wanted = wantedFiles(pipeline, first.graph, request.providers);
  const names = pluginNames(
    pipeline,
    wanted.map(({ provider }) => provider),
    uses.map(({ module }) => module),
  );
  request.onStage("starting");
  const opened = await open(names);
  if (!opened.ok) return opened;
  await using running = opened.value;
  const { plugins } = running;
  const mismatches = checkPlugins(
    plugins.map(({ info }) => info),
    wanted,
  );
  if (mismatches.length > 0) return fail(mismatches);
  return await renderWith(running, pipeline, manifests, request);
}

async function renderWith(
  { plugins, found: foundPlugins, sandbox }: OpenPlugins,
  pipeline: Pipeline,
  manifests: Manifests,
  { text, repository, providers, skippingOf, withRemarks, limits, onStage }: RenderRequest,
): Promise<Rendered> {
  onStage("detecting");
  const detection = await detect(plugins, repository, limits);
  if (detection.failures.length > 0) return fail(detection.failures);
  onStage("planning");
  const about = { text, pipeline, detection, repository, manifests };
  const planned = await planWithPlugins(about, plugins, limits);
  if (!planned.ok) return planned;
  const { graph } = planned.value;
  onStage("generating");
  const wanted = wantedFiles(pipeline, graph, providers);
  const generated = await generate(plugins, graph, wanted, skippingOf(pipeline, text.file), limits);
  if (generated.failures.length > 0) return fail(generated.failures);
  const soFar = [
    ...unusedSkipping(pipeline),
    ...sandboxOff(sandbox, foundPlugins),
    ...detection.diagnostics,
    ...planned.value.diagnostics,
    ...generated.diagnostics,
  ];
  const found = {
    sandbox,
    plugins: plugins.map(({ info: { name, version } }) => {
      const where = foundPlugins.find((one) => one.name === name);
      return { name, version, place: where?.place, passedOver: where?.passedOver ?? [] };
    }),
    isSkipping: pipeline.skipping !== undefined,
    providers: featuresOf(plugins, wanted),
    detected: detection.detected,
    graph,
    outputs: wanted,
  };
  const told = (all: readonly Diagnostic[]): readonly Diagnostic[] => {
    placeMessages(withRemarks ? all : all.filter(({ level }) => level !== remark), text);
    return inOrder(all);
  };
  if (soFar.some(isError)) return ok({ ...found, diagnostics: told(soFar), files: [] });
  const grants = grantPaths(wanted, []);
  if (!grants.ok) return grants;
  const files = mergeFragments(generated.answers, grants.value);
  if (!files.ok) return files;
  const judged = await validate(plugins, graph, files.value, limits);
  if (judged.failures.length > 0) return fail(judged.failures);
  const diagnostics = told([...soFar, ...judged.diagnostics]);
  return ok({ ...found, diagnostics, files: files.value });
}

const remark = Diagnostic_Level.INFO;

function featuresOf(
  plugins: OpenPlugins["plugins"],
  wanted: readonly WantedFile[],
): ReadonlyMap<string, readonly Feature[]> {
  return new Map(
    wanted.map(({ provider }) => {
      const plugin = plugins.find(({ info }) => info.name === `provider/${provider}`);
      return [provider, plugin?.info.features ?? []];
    }),
  );
}

/** Of the providers that are asked, the modules that jobs name, and what the file lists under `plugins`. */
function pluginNames(
  { plugins = {} }: Pipeline,
  providers: readonly string[],
  modules: readonly string[],
): readonly string[] {
  const listed = Object.keys(plugins).filter((name) => !name.startsWith("provider/"));
  const wanted = providers.map((provider) => `provider/${provider}`);
  return [...new Set([...wanted, ...modules, ...listed])].toSorted(compareBytes);
}

function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted(
    (a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0) || compareBytes(a.code, b.code),
  );
}
