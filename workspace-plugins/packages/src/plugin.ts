import { readFile } from "node:fs/promises";
import path from "node:path";
import type {
  CreateDependenciesContext,
  CreateNodes,
  CreateNodesResult,
  TargetConfiguration,
} from "@nx/devkit";
import { executorSource, projectSource } from "@slipway/signature/executor-source";
import { ownFact } from "@slipway/signature/own-fact";
import { parseJson, readTextIfPresent } from "@slipway/signature/basics";
import { isLoopback, isRegistryHost } from "@slipway/registry";
import { z } from "zod";
import { manifestName } from "./content.ts";
import { lockEdges } from "./lock-edges.ts";
import type { LockEdge } from "./lock-edges.ts";
import { lockName, parseLock } from "./lock.ts";
import { producersOf } from "./producers.ts";
import type { Producer } from "./producers.ts";
import { projectNames } from "./project-names.ts";
import { packFolder } from "./receipt.ts";

const Options = z.object({
  /** Host and port that packages are pushed to. Without it no `push` is inferred. */
  registry: z.string().optional(),
  /** The path in the registry before a package's name. */
  namespace: z.string().optional(),
  /** The project of this workspace whose target `serve` is that registry, if it is on loopback and one is. */
  servedBy: z.string().optional(),
});

type Options = z.output<typeof Options>;

/** What of a file the graph needs; a broken file still gives its targets, and the executor says what is wrong. */
type Definitions = {
  readonly folder: string;
  /** Of the project, as Nx has it. */
  readonly name: string;
  readonly manifest: Naming | undefined;
  /** Where its sources lie; none in a lock that is broken. */
  readonly lock: { readonly sources: readonly string[] } | undefined;
};
type Naming = { readonly name: string; readonly version: string | undefined };

/** A package that is pushed, from here to `repository`. */
type Pushed = Producer & { readonly folder: string; readonly name: string };

const pattern = `{**/${manifestName},**/${lockName}}`;
const libraries = ["packages", "registry", "signature"];
/** Those that verify signatures, or sign. */
const trusting = [...libraries, "attestation"];
const own = [
  "{projectRoot}/**/*",
  "!{projectRoot}/dist/**/*",
  "!{projectRoot}/.aigogo/**/*",
  "!{projectRoot}/**/__pycache__/**/*",
];
const generated = new Set([".aigogo", "dist", "node_modules", ".slipway", ".nx"]);

export const createNodes: CreateNodes = [
  pattern,
  async (files, rawOptions, context) => {
    const options = Options.safeParse(rawOptions ?? {}).data ?? {};
    const sources = files.filter((file) => !file.split("/").some((part) => generated.has(part)));
    const folders = [...new Set(sources.map((file) => path.posix.dirname(file)))].toSorted();
    const names = await projectNames(context.workspaceRoot, folders);
    const all = await Promise.all(
      folders.map((folder) => readDefinitions(context.workspaceRoot, folder, sources, names)),
    );
    const pushed = all.flatMap((each) => pushedOf(each, options));
    return all.map((each) => {
      const file = path.posix.join(
        each.folder,
        each.manifest === undefined ? lockName : manifestName,
      );
      return [file, projectOf(each, pushed, options)] as const;
    });
  },
];

/** An edge from each project with a lock to those of this workspace that push what is locked. */
export async function createDependencies(
  _options: unknown,
  { projects, fileMap, workspaceRoot }: CreateDependenciesContext,
): Promise<readonly LockEdge[]> {
  const read = async (project: string, file: string): Promise<string | undefined> =>
    fileMap.projectFileMap[project]?.some((each) => each.file === file) === true
      ? readTextIfPresent(path.join(workspaceRoot, file))
      : undefined;
  const found = Object.entries(projects).map(async ([name, { root, targets }]) => {
    const options: unknown = targets?.["push"]?.options;
    const lockFile = path.posix.join(root, lockName);
    const lock = await read(name, lockFile);
    const manifest = await read(name, path.posix.join(root, manifestName));
    return {
      name,
      lockFile,
      sources: lock === undefined ? [] : sourcesIn(lock),
      repository: PushOptions.safeParse(options).data?.repository,
      version: manifest === undefined ? undefined : namingOf(name, manifest).version,
    };
  });
  return lockEdges(await Promise.all(found));
}

const PushOptions = z.object({ repository: z.string() });

function projectOf(
  each: Definitions,
  pushed: readonly Pushed[],
  options: Options,
): CreateNodesResult {
  const { folder, name, manifest, lock } = each;
  const targets: Record<string, TargetConfiguration> = {};
  if (manifest !== undefined) targets["pack"] = packTarget(name);
  const push = pushed.find((one) => one.folder === folder);
  if (push !== undefined) targets["push"] = pushTarget(push, pushed, options);
  if (lock !== undefined) targets["install"] = installTarget(lock.sources, pushed, options);
  return { projects: { [folder]: { name, root: folder, tags: ["slipway"], targets } } };
}

function pushedOf(
  { folder, name, manifest }: Definitions,
  { registry, namespace }: Options,
): readonly Pushed[] {
  if (manifest === undefined || registry === undefined) return [];
  const parts = [registry, namespace, manifest.name].filter((part) => part !== undefined);
  return [{ folder, name, repository: parts.join("/"), version: manifest.version }];
}

function packTarget(name: string): TargetConfiguration {
  return {
    executor: "@slipway/executors:pack",
    cache: true,
    inputs: [
      ...own,
      ...executorSource("pack", libraries),
      { env: ownFact(name, "pack") },
      // It pins tar-stream, which Nx would look up in the version that others hoist.
      "{workspaceRoot}/workspace-plugins/packages/package.json",
      { externalDependencies: ["zod"] },
    ],
    outputs: [`{projectRoot}/${packFolder}`],
    metadata: { description: "Packs the agent package: blobs, manifest and a receipt." },
  };
}

function pushTarget(
  { folder, repository, version }: Pushed,
  pushed: readonly Pushed[],
  options: Options,
): TargetConfiguration {
  const rivals = pushed
    .filter((other) => other.repository === repository && other.version === version)
    .map((other) => other.folder)
    .filter((other) => other !== folder);
  return {
    executor: "@slipway/executors:push",
    cache: false,
    dependsOn: ["pack", ...servedRegistry(options)],
    inputs: [...own, ...executorSource("pack", libraries), ...executorSource("push", trusting)],
    options: { repository, ...(rivals.length === 0 ? {} : { rivals }) },
    metadata: { description: "Makes the registry agree with what was packed." },
  };
}

function installTarget(
  sources: readonly string[],
  pushed: readonly Pushed[],
  options: Options,
): TargetConfiguration {
  const producers = producersOf(sources, pushed);
  const projects = producers.map(({ name }) => name);
  const { registry } = options;
  const usesRegistry = sources.some((source) => source.startsWith(`${registry}/`));
  return {
    executor: "@slipway/executors:install",
    cache: false,
    dependsOn: [
      ...(projects.length === 0 ? [] : [{ projects, target: "push" }]),
      ...(usesRegistry ? servedRegistry(options) : []),
    ],
    inputs: [
      `{projectRoot}/${lockName}`,
      ...producers.flatMap(({ folder }) => projectSource(folder)),
      ...["pack", "push", "install"].flatMap((name) => executorSource(name, trusting)),
    ],
    metadata: { description: "Makes the store and the project's links agree with aigogo.lock." },
  };
}

/** The loopback registry runs beside the workspace; its own inputs change no result. */
function servedRegistry({
  registry = "",
  servedBy,
}: Options): NonNullable<TargetConfiguration["dependsOn"]> {
  if (servedBy === undefined || !isRegistryHost(registry) || !isLoopback(registry)) return [];
  return [{ projects: [servedBy], target: "serve", waitFor: "ready", inputs: false }];
}

async function readDefinitions(
  workspaceRoot: string,
  folder: string,
  files: readonly string[],
  names: ReadonlyMap<string, string>,
): Promise<Definitions> {
  const read = async (name: string): Promise<string | undefined> => {
    const file = path.posix.join(folder, name);
    return files.includes(file) ? readFile(path.join(workspaceRoot, file), "utf8") : undefined;
  };
  const manifest = await read(manifestName);
  const lock = await read(lockName);
  const name = names.get(folder) ?? folder;
  return {
    folder,
    name,
    manifest: manifest === undefined ? undefined : namingOf(name, manifest),
    lock: lock === undefined ? undefined : { sources: sourcesIn(lock) },
  };
}

const Named = z.object({ name: z.string(), version: z.string().optional().catch(undefined) });

/** A manifest that cannot be read has the name of its project: its targets stay. */
function namingOf(projectName: string, text: string): Naming {
  const named = Named.safeParse(parseJson(text)).data;
  return { name: named?.name ?? projectName, version: named?.version };
}

function sourcesIn(text: string): readonly string[] {
  const lock = parseLock(lockName, text);
  return lock.ok ? lock.value.packages.map(({ source }) => source) : [];
}
