import { constants } from "node:fs";
import { access, readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { fail, hasCode, ok } from "@slipway/signature";
import type { Result } from "@slipway/signature";
import type { Pipeline } from "../definition/pipeline.ts";
import type { ModulesFailure } from "../modules/failure.ts";
import type { DiscoveryFailure } from "./discovery-failure.ts";
import { readPluginFolder, resolveInside } from "./plugin-folder.ts";
import { isPluginName } from "./plugin-name.ts";
import type { SandboxCapability } from "./sandbox-capabilities.ts";

/** In the order in which they are looked through. */
const places = ["configured", "locked", "local", "path", "standard"] as const;

export type PluginPlace = (typeof places)[number];

/** Paths have no links in them. A program on PATH has no folder of its own. */
export type FoundPlugin = {
  readonly name: string;
  readonly place: PluginPlace;
  readonly program: string;
  readonly folder: string | undefined;
  /** Capabilities of the sandbox that its manifest asks for. */
  readonly required: readonly SandboxCapability[];
  /** Where else one of this name is, which is not taken. */
  readonly passedOver: readonly PluginPlace[];
};

export type PluginSources = {
  readonly root: string;
  /** `[plugins]` of cig.toml. */
  readonly configured: NonNullable<Pipeline["plugins"]>;
  /** Folders of the versions that the lock names, by plugin. */
  readonly locked: ReadonlyMap<string, string>;
  readonly searchPath: string;
  /** What comes with us, by plugin. */
  readonly standard: ReadonlyMap<string, { readonly folder: string; readonly program: string }>;
};

type Candidate = Pick<FoundPlugin, "folder" | "required"> & {
  /** Not of a module that is made of steps. */
  readonly program: string | undefined;
};

type FindFailure = DiscoveryFailure | ModulesFailure;

type Found = Result<Candidate, FindFailure> | undefined;

/** The plugins that are needed, that cig.toml names, and that lie in the repository; by name, or with every failure. */
export async function findPlugins(
  needed: readonly string[],
  sources: PluginSources,
): Promise<Result<readonly FoundPlugin[], readonly FindFailure[]>> {
  const local = await localNames(sources.root);
  const names = new Set([...needed, ...Object.keys(sources.configured), ...local]);
  const found = await Promise.all(
    [...names].toSorted().map(async (name) => findPlugin(name, sources, local)),
  );
  const failures = found.flatMap((each) => (each.ok ? [] : [each.failure]));
  if (failures.length > 0) return fail(failures);
  return ok(
    found.flatMap((each) => {
      if (!each.ok || each.value.program === undefined) return [];
      return [{ ...each.value, program: each.value.program }];
    }),
  );
}

async function findPlugin(
  plugin: string,
  sources: PluginSources,
  local: readonly string[],
): Promise<Result<Omit<FoundPlugin, "program"> & Candidate, FindFailure>> {
  const candidates = await Promise.all(
    places.map(async (place) => ({ place, found: await lookers[place](plugin, sources) })),
  );
  const there = candidates.flatMap(({ place, found }) =>
    found === undefined ? [] : [{ place, found }],
  );
  const [first, ...others] = there;
  if (first === undefined) return fail(notFound(plugin, sources, local));
  if (!first.found.ok) return first.found;
  const passedOver = others.map(({ place }) => place);
  return ok({ name: plugin, place: first.place, passedOver, ...first.found.value });
}

const lookers: Readonly<
  Record<PluginPlace, (plugin: string, sources: PluginSources) => Promise<Found>>
> = {
  configured: async (plugin, { configured, root, locked }) => {
    const settings = configured[plugin];
    if (settings === undefined) return undefined;
    const { source, version } =
      typeof settings === "string" ? { source: undefined, version: settings } : settings;
    if (source?.startsWith(".") === true) return configuredFolder(plugin, root, source);
    const isFromElsewhere = source !== undefined || version !== undefined;
    if (!isFromElsewhere || locked.has(plugin)) return undefined;
    return fail({ reason: "plugin-not-locked", plugin, source: source ?? `${plugin}@${version}` });
  },
  locked: async (plugin, { locked }) => {
    const folder = locked.get(plugin);
    return folder === undefined ? undefined : readPluginFolder(plugin, folder);
  },
  local: async (plugin, { root }) =>
    isPluginName(plugin)
      ? readPluginFolder(plugin, path.join(root, localFolder, plugin))
      : undefined,
  path: async (plugin, { searchPath }) => {
    if (!isPluginName(plugin)) return undefined;
    const name = `slipway-plugin-${plugin.replace("/", "-")}`;
    const folders = searchPath.split(path.delimiter).filter((each) => path.isAbsolute(each));
    for (const folder of folders) {
      const program = await runnableAt(path.join(folder, name));
      if (program !== undefined) return ok({ program, folder: undefined, required: [] });
    }
    return undefined;
  },
  standard: async (plugin, { standard }) => {
    const found = standard.get(plugin);
    if (found === undefined) return undefined;
    const [program, folder] = await Promise.all([realpath(found.program), realpath(found.folder)]);
    return ok({ program, folder, required: [] });
  },
};

const localFolder = ".slipway/plugins";

/** What lies two folders deep with names that plugins have. */
async function localNames(root: string): Promise<readonly string[]> {
  const kinds = await foldersIn(path.join(root, localFolder));
  const names = await Promise.all(
    kinds.map(async (kind) =>
      (await foldersIn(path.join(root, localFolder, kind))).map((name) => `${kind}/${name}`),
    ),
  );
  return names.flat().filter(isPluginName);
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR"])) return [];
    throw error;
  }
}

async function configuredFolder(plugin: string, root: string, source: string): Promise<Found> {
  const inRoot = await resolveInside(root, source);
  const problem = inRoot.ok ? "there is no module.toml in it" : inRoot.failure;
  const found = inRoot.ok ? await readPluginFolder(plugin, inRoot.value.found) : undefined;
  return found ?? fail({ reason: "plugin-source-invalid", plugin, source, problem });
}

/** A file that may be run, without links in its path. */
async function runnableAt(file: string): Promise<string | undefined> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile() ? await realpath(file) : undefined;
  } catch (error) {
    if (hasCode(error, ["ENOENT", "ENOTDIR", "EACCES", "ELOOP"])) return undefined;
    throw error;
  }
}

function notFound(
  plugin: string,
  { locked, searchPath, standard }: PluginSources,
  local: readonly string[],
): DiscoveryFailure {
  return {
    reason: "plugin-not-found",
    plugin,
    lookedIn: [
      "[plugins] of cig.toml",
      "cig.lock",
      `${localFolder}/${plugin}`,
      `PATH: ${searchPath}`,
    ],
    known: [...new Set([...locked.keys(), ...local, ...standard.keys()])].toSorted(),
  };
}
