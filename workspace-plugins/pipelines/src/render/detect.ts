import { Plugin as Service } from "@slipway/pipeline-sdk/protocol";
import type { Diagnostic, Repository } from "@slipway/pipeline-sdk/protocol";
import { compareBytes } from "@slipway/signature/basics";
import type { PipelinesFailure } from "../failure.ts";
import type { CallLimits } from "../plugins/plugin-process.ts";
import { runHook } from "../plugins/plugins.ts";
import type { StartedPlugin } from "../plugins/start-plugins.ts";

/** What a plugin found in the repository. */
export type Detected = {
  readonly plugin: string;
  readonly signals: readonly string[];
  readonly facts: Readonly<Record<string, string>>;
  /** From 0 to 1. */
  readonly confidence: number;
};

export type Detection = {
  readonly detected: readonly Detected[];
  /** Of all, in the order of their names. */
  readonly facts: Readonly<Record<string, string>>;
  readonly diagnostics: readonly Diagnostic[];
  readonly failures: readonly PipelinesFailure[];
};

/** Asks all plugins what is in the repository. */
export async function detect(
  plugins: readonly StartedPlugin[],
  repository: Repository,
  limits: CallLimits,
): Promise<Detection> {
  const asked = await runHook(plugins, Service.method.detect, () => ({ repository }), limits);
  const detected = asked.answers.map(
    ({ plugin, answer: { signals, facts, confidence } }): Detected => ({
      plugin,
      signals,
      facts,
      confidence,
    }),
  );
  const all = detected.flatMap(({ plugin, facts }) =>
    Object.entries(facts).map(([fact, value]) => ({ fact, value, plugin })),
  );
  const byFact = [...Map.groupBy(all, ({ fact }) => fact)].toSorted(([a], [b]) =>
    compareBytes(a, b),
  );
  const differing = byFact.flatMap(([fact, given]): readonly PipelinesFailure[] =>
    new Set(given.map(({ value }) => value)).size === 1
      ? []
      : [{ reason: "plugin-facts-differ", fact, given }],
  );
  return {
    detected,
    facts: Object.fromEntries(byFact.map(([fact, [first]]) => [fact, first?.value ?? ""])),
    diagnostics: asked.answers.flatMap(({ answer }) => answer.diagnostics),
    failures: [...asked.failures, ...differing],
  };
}
