import type { PluginInfo } from "@slipway/pipeline-sdk/protocol";
import { globMatches } from "../plan/name-glob.ts";

/** Plugins that do not go together. `outputs` are paths of files. */
export type PluginSetFailure =
  | {
      readonly reason: "plugin-requirement-missing";
      readonly plugin: string;
      /** A glob of capabilities. */
      readonly requires: string;
      readonly outputs: readonly string[];
    }
  | {
      readonly reason: "plugin-conflict";
      readonly plugin: string;
      readonly other: string;
      /** That `other` has, and `plugin` bears in no other. */
      readonly capability: string;
      readonly outputs: readonly string[];
    }
  | {
      readonly reason: "plugin-provider-missing";
      readonly provider: string;
      readonly outputs: readonly string[];
      /** Providers that there are. */
      readonly known: readonly string[];
    };

type Output = { readonly path: string; readonly provider: string };

type Described = Pick<PluginInfo, "name" | "capabilities" | "requires" | "conflictsWith">;

/** A file, the capabilities of its providers, and the plugins that have a part in it. */
type Part = {
  readonly path: string;
  readonly wanted: ReadonlySet<string>;
  readonly plugins: readonly Described[];
};

/**
 * What each file lacks, and which plugins may not both have a part in it. In a file its providers have a part, and every plugin
 * that is no provider: two providers that write different files have nothing to do with each other.
 */
export function checkPlugins(
  plugins: readonly Described[],
  outputs: readonly Output[],
): readonly PluginSetFailure[] {
  const byPath = Map.groupBy(outputs, ({ path }) => path);
  const found = [...byPath].flatMap(([path, entries]) => {
    const wanted = new Set(entries.map(({ provider }) => `${providerPrefix}${provider}`));
    const plays = ({ capabilities }: Described): boolean =>
      !capabilities.some(isProvider) || capabilities.some((each) => wanted.has(each));
    const part = { path, wanted, plugins: plugins.filter(plays) };
    return [
      ...missingProviders(part, plugins),
      ...part.plugins.flatMap((plugin) => missingRequirements(part, plugin)),
      ...part.plugins.flatMap((plugin) => conflictsOf(part, plugin)),
      ...doubleProviders(part),
    ];
  });
  return joined(found);
}

const providerPrefix = "provider:";

function isProvider(capability: string): boolean {
  return capability.startsWith(providerPrefix);
}

function nameOf(capability: string): string {
  return capability.slice(providerPrefix.length);
}

function missingProviders(
  { path, wanted }: Part,
  plugins: readonly Described[],
): readonly PluginSetFailure[] {
  const known = plugins.flatMap(({ capabilities }) => capabilities.filter(isProvider));
  return [...wanted]
    .filter((capability) => !known.includes(capability))
    .map((capability) => ({
      reason: "plugin-provider-missing",
      provider: nameOf(capability),
      known: known.map(nameOf).toSorted(),
      outputs: [path],
    }));
}

function missingRequirements(
  { path, plugins }: Part,
  plugin: Described,
): readonly PluginSetFailure[] {
  const offered = plugins.flatMap((one) => (one === plugin ? [] : one.capabilities));
  return plugin.requires
    .filter((glob) => !offered.some((capability) => globMatches(glob, capability)))
    .map((requires) => ({
      reason: "plugin-requirement-missing",
      plugin: plugin.name,
      requires,
      outputs: [path],
    }));
}

function conflictsOf({ path, plugins }: Part, plugin: Described): readonly PluginSetFailure[] {
  const isBorne = (capability: string): boolean =>
    !plugin.conflictsWith.some((glob) => globMatches(glob, capability));
  return plugins.flatMap((other) => {
    const capability = other.capabilities.find((each) => !isBorne(each));
    return other === plugin || capability === undefined
      ? []
      : [conflict(plugin, other, { capability, path })];
  });
}

/** A file has one owner, whatever its plugins say of each other. */
function doubleProviders({ path, wanted, plugins }: Part): readonly PluginSetFailure[] {
  return [...wanted].flatMap((capability) => {
    const [first, ...others] = plugins.filter((one) => one.capabilities.includes(capability));
    return first === undefined
      ? []
      : others.map((other) => conflict(first, other, { capability, path }));
  });
}

function conflict(
  plugin: Described,
  other: Described,
  { capability, path }: { readonly capability: string; readonly path: string },
): PluginSetFailure {
  return {
    reason: "plugin-conflict",
    plugin: plugin.name,
    other: other.name,
    capability,
    outputs: [path],
  };
}

/** One failure for all the files that it is about. Two plugins that exclude each other are told once. */
function joined(failures: readonly PluginSetFailure[]): readonly PluginSetFailure[] {
  const byKey = Map.groupBy(failures, keyOf);
  return [...byKey.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, outputs: outputsOf([first, ...others]) }],
  );
}

function outputsOf(failures: readonly PluginSetFailure[]): readonly string[] {
  return [...new Set(failures.flatMap(({ outputs }) => outputs))].toSorted();
}

function keyOf(failure: PluginSetFailure): string {
  switch (failure.reason) {
    case "plugin-requirement-missing":
      return JSON.stringify([failure.reason, failure.plugin, failure.requires]);
    case "plugin-conflict":
      return JSON.stringify([failure.reason, ...[failure.plugin, failure.other].toSorted()]);
    case "plugin-provider-missing":
      return JSON.stringify([failure.reason, failure.provider]);
  }
}
