import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { Hook } from "@slipway/pipeline-sdk/protocol";
import type { PluginFailure } from "./plugin-failure.ts";
import type { CallLimits, PluginMethod } from "./plugin-process.ts";
import type { StartedPlugin } from "./start-plugins.ts";

/** By name of the plugin, whatever the order in which they answered. */
export type HookAnswers<Answer> = {
  readonly answers: readonly { readonly plugin: string; readonly answer: Answer }[];
  readonly failures: readonly PluginFailure[];
};

const hookNumbers: Readonly<Record<string, Hook>> = {
  Detect: Hook.DETECT,
  Plan: Hook.PLAN,
  Generate: Hook.GENERATE,
  Validate: Hook.VALIDATE,
  Preflight: Hook.PREFLIGHT,
};

/** Asks, all at once, the plugins that name the hook. One that fails takes no other's answer with it. */
export async function runHook<Input extends DescMessage, Output extends DescMessage>(
  plugins: readonly StartedPlugin[],
  method: PluginMethod<Input, Output>,
  requestFor: (plugin: StartedPlugin) => MessageInitShape<Input>,
  limits: CallLimits,
): Promise<HookAnswers<MessageShape<Output>>> {
  const number = hookNumbers[method.name];
  const asked = plugins
    .filter(({ info }) => info.hooks.some((hook) => hook === number))
    .toSorted((one, other) => (one.info.name < other.info.name ? -1 : 1));
  const results = await Promise.all(
    asked.map(async (started) => {
      const result = await started.plugin.call(method, requestFor(started), limits);
      return { plugin: started.info.name, result };
    }),
  );
  return {
    answers: results.flatMap(({ plugin, result }) =>
      result.ok ? [{ plugin, answer: result.value }] : [],
    ),
    failures: results.flatMap(({ result }) => (result.ok ? [] : [result.failure])),
  };
}
