import { create } from "@bufbuild/protobuf";
import {
  Diagnostic_Level,
  FragmentSchema,
  Plugin as Service,
} from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic, Fragment, Skipping } from "@slipway/pipeline-sdk/protocol";
import type { Graph } from "@slipway/pipeline-sdk/graph";
import type { PipelinesFailure } from "../failure.ts";
import type { CallLimits } from "../plugins/plugin-process.ts";
import { runHook } from "../plugins/plugins.ts";
import type { StartedPlugin } from "../plugins/start-plugins.ts";
import type { WantedFile } from "./output-files.ts";
import { graphFor } from "./provider-graph.ts";
import { checkFeatures, usedFeatures } from "./used-features.ts";

export type Generated = {
  readonly answers: readonly { readonly plugin: string; readonly fragments: readonly Fragment[] }[];
  readonly diagnostics: readonly Diagnostic[];
  readonly failures: readonly PipelinesFailure[];
};

const none: Generated = { answers: [], diagnostics: [], failures: [] };

/** Asks each provider for its files, unless the graph uses what it cannot render. */
export async function generate(
  plugins: readonly StartedPlugin[],
  graph: Graph,
  wanted: readonly WantedFile[],
  skipping: Skipping | undefined,
  limits: CallLimits,
): Promise<Generated> {
  const rendered = await Promise.all(
    [...Map.groupBy(wanted, ({ provider }) => provider)].map(async ([provider, outputs]) => {
      const plugin = plugins.find(({ info }) => info.name === `provider/${provider}`);
      if (plugin === undefined) return none;
      const ids = new Set(outputs.flatMap(({ workflows }) => workflows));
      const own = graphFor(provider, graph, ids);
      const features = checkFeatures(usedFeatures(own), plugin.info);
      if (features.some(isError)) return { ...none, diagnostics: features };
      const request = {
        target: provider,
        graph: own,
        outputs: outputs.map((each) => ({ ...each, workflows: [...each.workflows] })),
        ...(skipping === undefined ? {} : { skipping }),
      };
      const asked = await runHook([plugin], Service.method.generate, () => request, limits);
      return {
        answers: asked.answers.map((one) => ({
          plugin: one.plugin,
          fragments: one.answer.fragments,
        })),
        diagnostics: [...features, ...asked.answers.flatMap(({ answer }) => answer.diagnostics)],
        failures: asked.failures,
      };
    }),
  );
  return {
    answers: rendered.flatMap(({ answers }) => answers),
    diagnostics: rendered.flatMap(({ diagnostics }) => diagnostics),
    failures: rendered.flatMap(({ failures }) => failures),
  };
}

export function isError({ level }: Diagnostic): boolean {
  return level === Diagnostic_Level.ERROR || level === Diagnostic_Level.UNSPECIFIED;
}

type RenderedText = { readonly path: string; readonly content: string };

/** Asks policies what they say of the files as they are merged. */
export async function validate(
  plugins: readonly StartedPlugin[],
  graph: Graph,
  files: readonly RenderedText[],
  limits: CallLimits,
): Promise<Pick<Generated, "diagnostics" | "failures">> {
  const rendered = files.map(({ path, content }) => create(FragmentSchema, { path, content }));
  const request = { rendered, graph };
  const asked = await runHook(plugins, Service.method.validate, () => request, limits);
  return {
    diagnostics: asked.answers.flatMap(({ answer }) => answer.diagnostics),
    failures: asked.failures,
  };
}
