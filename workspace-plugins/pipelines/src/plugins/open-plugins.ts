import { mkdir } from "node:fs/promises";
import { fail, ok } from "@slipway/signature";
import type { FileListing, Result } from "@slipway/signature";
import type { ModulesFailure } from "../modules/failure.ts";
import { findPlugins } from "./discover.ts";
import type { FoundPlugin, PluginSources } from "./discover.ts";
import type { DiscoveryFailure } from "./discovery-failure.ts";
import type { PluginFailure } from "./plugin-failure.ts";
import { compileCacheOf } from "./plugin-process.ts";
import type { CallLimits, PluginProgram } from "./plugin-process.ts";
import { isWasm, launchOf } from "./program.ts";
import { hiddenEntries } from "./repository-view.ts";
import { alwaysGranted, refusedCapabilities } from "./sandbox-capabilities.ts";
import type { CapabilityFailure } from "./sandbox-capabilities.ts";
import { confine, probeSandbox } from "./sandbox.ts";
import type { Sandbox } from "./sandbox.ts";
import { startPlugins } from "./start-plugins.ts";
import type { PluginStart, StartedPlugins } from "./start-plugins.ts";

export type PluginsWanted<Refusal> = {
  readonly needed: readonly string[];
  readonly sources: Omit<PluginSources, "root">;
  /** The files of the repository, which plugins see as their working folder. */
  readonly files: FileListing;
  /** What cig.toml tells each, by plugin: a JSON object. */
  readonly settings: ReadonlyMap<string, string>;
  /** What the user granted, by plugin. */
  readonly granted: ReadonlyMap<string, readonly string[]>;
  /** Whether it is what the lock says; asked right before it is started. */
  readonly verify: (plugin: FoundPlugin) => Promise<Result<unknown, Refusal>>;
};

export type OpenPlugins = StartedPlugins & {
  readonly found: readonly FoundPlugin[];
  readonly sandbox: Sandbox;
};

type OpenFailure = DiscoveryFailure | ModulesFailure | CapabilityFailure | PluginFailure;

/** Finds, checks and starts them, or says everything that is in the way. */
export async function openPlugins<Refusal>(
  { needed, sources, files, settings, granted, verify }: PluginsWanted<Refusal>,
  limits: CallLimits & { readonly signal: AbortSignal },
): Promise<Result<OpenPlugins, readonly (OpenFailure | Refusal)[]>> {
  const root = files.folder;
  const found = await findPlugins(needed, { ...sources, root });
  if (!found.ok) return found;
  const grants = (name: string) => [...alwaysGranted, ...(granted.get(name) ?? [])];
  const refused = found.value.flatMap((one) => refusedCapabilities(one, grants(one.name)));
  if (refused.length > 0) return fail(refused);
  const verified = await Promise.all(found.value.map(verify));
  const refusals = verified.flatMap((each) => (each.ok ? [] : [each.failure]));
  if (refusals.length > 0) return fail(refusals);
  const sandbox = await probeSandbox(limits.signal);
  const hidden = sandbox.state === "enforced" ? hiddenEntries(files) : [];
  const starts = await Promise.all(
    found.value.map(async (plugin): Promise<PluginStart> => {
      const program = { name: plugin.name, folder: root, ...launchOf(plugin.program) };
      // All that it asks for was granted, and what the lock grants beyond that it has no use for.
      const told = {
        granted: plugin.required,
        settings: settings.get(plugin.name) ?? "",
      };
      if (sandbox.state === "not-enforced") return { program, told };
      const isOurs = runsOurs(plugin);
      if (isOurs) await makeCompileCache(program);
      const confined = { root, hidden, folder: plugin.folder, granted: told.granted, isOurs };
      return { program: confine(program, confined), told };
    }),
  );
  const started = await startPlugins(starts, limits);
  return started.ok ? ok({ ...started.value, found: found.value, sandbox }) : started;
}

/** Whether the program that is run came with us. */
export function runsOurs({ place, program }: Pick<FoundPlugin, "place" | "program">): boolean {
  return place === "standard" || isWasm(program);
}

/** What is not there cannot be bound. */
async function makeCompileCache(program: PluginProgram): Promise<void> {
  await mkdir(compileCacheOf(program), { recursive: true });
}
