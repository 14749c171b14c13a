import { fail, ok } from "@slipway/signature/basics";
import type { Result } from "@slipway/signature";
import type { Pipeline } from "../definition/pipeline.ts";
import type { FoundPlugin } from "../plugins/discover.ts";
import type { ModulesFailure } from "./failure.ts";
import { standardSource, withRequired } from "./lock.ts";
import type { Lock } from "./lock.ts";
import type { ModuleCache } from "./module-cache.ts";
import { verifyModule } from "./module-folder.ts";
import type { SandboxCapability } from "../plugins/sandbox-capabilities.ts";
import type { ModuleManifest, Platform } from "./manifest.ts";
import { lockFileOf } from "./lock-file.ts";
import { openModules, readLock } from "./open-modules.ts";
import { parseAddress, placeText } from "./address.ts";
import { allows, parseConstraint } from "./constraint.ts";

type Plugins = NonNullable<Pipeline["plugins"]>;

/** What the lock beside a `cig.toml` says to those who look for plugins and start them. */
export type LockedPlugins = {
  readonly lock: Lock | undefined;
  /** `[plugins]`, but for versions that the lock has found to be those of what comes with slipway. */
  readonly configured: Plugins;
  /** By name; absolute. Not of what lies in this workspace, or comes with slipway. */
  readonly folders: ReadonlyMap<string, string>;
  /** By name, of those and of the workspace's own. */
  readonly manifests: ReadonlyMap<string, ModuleManifest>;
  readonly granted: ReadonlyMap<string, readonly SandboxCapability[]>;
  /** Names of plugins, and of all that they require. */
  readonly withRequired: (names: readonly string[]) => readonly string[];
  /** For right before one is started: whether its folder holds what is locked. */
  readonly verify: (
    plugin: Pick<FoundPlugin, "name" | "place" | "folder">,
  ) => Promise<Result<undefined, ModulesFailure>>;
};

/** Without a lock it is all empty. */
export async function lockedPlugins(
  { plugins = {} }: Pipeline,
  {
    root,
    file,
    ...machine
  }: {
    /** Of the workspace, absolute. */
    readonly root: string;
    /** Of the `cig.toml`, relative to the root. */
    readonly file: string;
    readonly cache: ModuleCache;
    readonly platform: Platform;
  },
): Promise<Result<LockedPlugins, ModulesFailure>> {
  const read = await readLock(root, file);
  if (!read.ok) return read;
  const lock = read.value;
  const differences = lock === undefined ? [] : staleEntries(plugins, lock);
  if (differences.length > 0) {
    return fail({ reason: "modules-lock-stale", file: lockFileOf(file), differences });
  }
  const modules = await openModules(lock?.plugins ?? [], { root, ...machine });
  if (!modules.ok) return modules;
  const opened = [...modules.value];
  return ok({
    lock,
    configured: withoutStandard(plugins, lock),
    folders: new Map(
      opened.flatMap(([name, { folder, content }]) =>
        content === undefined ? [] : [[name, folder] as const],
      ),
    ),
    manifests: new Map(opened.map(([name, { manifest }]) => [name, manifest])),
    granted: new Map(lock?.plugins.map(({ name, granted }) => [name, granted])),
    withRequired: (names) => withRequired([...names, ...Object.keys(plugins)], lock?.plugins ?? []),
    verify: async ({ name, place, folder }) => {
      const content = modules.value.get(name)?.content;
      const isLocked = place === "locked" && content !== undefined && folder !== undefined;
      return isLocked ? verifyModule(name, folder, content) : ok(undefined);
    },
  });
}

/** What `[plugins]` says otherwise than the lock, which was made for another file then. */
function staleEntries(plugins: Plugins, { plugins: locked }: Lock): readonly string[] {
  return locked.flatMap(({ name, version, source }) => {
    const entry = plugins[name];
    const asked = typeof entry === "string" ? { version: entry } : (entry ?? {});
    const constraint = parseConstraint(asked.version ?? "*");
    const isLetIn =
      asked.version === undefined || "message" in constraint || allows(constraint, version);
    const address = "source" in asked ? parseAddress(asked.source ?? "") : undefined;
    const place =
      address === undefined || "message" in address || address.kind === "short"
        ? source
        : placeText(address);
    if (isLetIn && place === source) return [];
    return [`- ${name} ${version} ${source}`, `+ ${name} ${asked.version ?? "*"} ${place}`];
  });
}

function withoutStandard(plugins: Plugins, lock: Lock | undefined): Plugins {
  const locked = lock?.plugins ?? [];
  const isStandard = (plugin: string): boolean =>
    locked.some(({ name, source }) => name === plugin && source === standardSource);
  const entries = Object.entries(plugins).map(([name, entry]): [string, Plugins[string]] => {
    if (!isStandard(name)) return [name, entry];
    if (typeof entry === "string") return [name, {}];
    const { version: _version, ...rest } = entry;
    return [name, rest];
  });
  return Object.fromEntries(entries);
}
