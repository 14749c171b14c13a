import type { PluginInfo } from "@slipway/pipeline-sdk/protocol";
import { fail, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import { shakeHands } from "./handshake.ts";
import type { HelloTold } from "./handshake.ts";
import type { PluginFailure } from "./plugin-failure.ts";
import { startPlugin } from "./plugin-process.ts";
import type { CallLimits, Plugin, PluginProgram } from "./plugin-process.ts";

export type StartedPlugin = { readonly plugin: Plugin; readonly info: PluginInfo };

/** All of them end with `await using`. */
export type StartedPlugins = AsyncDisposable & { readonly plugins: readonly StartedPlugin[] };

/** `program.name` is what the plugin has to call itself; `told` goes to it in the handshake. */
export type PluginStart = { readonly program: PluginProgram; readonly told: HelloTold };

/** All at once. Where one fails, all are ended, and each failure is told. */
export async function startPlugins(
  starts: readonly PluginStart[],
  limits: CallLimits,
): Promise<Result<StartedPlugins, readonly PluginFailure[]>> {
  const running = starts.map(({ program, told }) => ({ plugin: startPlugin(program), told }));
  const endAll = async (): Promise<void> => {
    await Promise.all(running.map(async ({ plugin }) => plugin[Symbol.asyncDispose]()));
  };
  const shaken = await Promise.all(
    running.map(async ({ plugin, told }) => {
      const info = await shakeHands(plugin, limits, told);
      return info.ok ? named(plugin, info.value) : info;
    }),
  );
  const failures = shaken.flatMap((result) => (result.ok ? [] : [result.failure]));
  if (failures.length > 0) {
    await endAll();
    return fail(failures);
  }
  const plugins = shaken.flatMap((result) => (result.ok ? [result.value] : []));
  return ok({ plugins, [Symbol.asyncDispose]: endAll });
}

/** What a plugin was found as decides on what it is granted and asked: it must not be another. */
function named(plugin: Plugin, info: PluginInfo): Result<StartedPlugin, PluginFailure> {
  if (info.name === plugin.name) return ok({ plugin, info });
  const told = { plugin: plugin.name, log: plugin.log() };
  return fail({ reason: "plugin-name-other", name: info.name, ...told });
}
