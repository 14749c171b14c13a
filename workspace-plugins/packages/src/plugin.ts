import { readFile } from "node:fs/promises";
import path from "node:path";
import type { CreateNodes, CreateNodesResult, TargetConfiguration } from "@nx/devkit";
import { executorSource, ownFact, projectSource } from "@slipway/signature";
import { isLoopback, isRegistryHost } from "@slipway/registry";
import { z } from "zod";
import { manifestName } from "./content.ts";
import { jsonIn } from "./json-file.ts";
import { lockName, parseLock } from "./lock.ts";
import { keyText, languages } from "./package-name.ts";
import { packFolder } from "./receipt.ts";

const Options = z.object({
  /** Host and port that packages are pushed to. Without it no `push` is inferred. */
  registry: z.string().optional(),
  /** The path in the registry before a package's name. */
  namespace: z.string().optional(),
});

type Destination = { readonly registry: string; readonly namespace: string | undefined };

/** What of a file the graph needs; a broken file still gives its targets, and the executor says what is wrong. */
type Definitions = {
  readonly folder: string;
  readonly manifest: Naming | undefined;
  readonly lock: LockUse | undefined;
};
type Naming = { readonly name: string; readonly key: string };
type LockUse = { readonly keys: readonly string[]; readonly sources: readonly string[] };

const pattern = `{**/${manifestName},**/${lockName}}`;
const libraries = ["packages", "registry", "signature"];
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
    const { registry, namespace } = options;
    const destination = registry === undefined ? undefined : { registry, namespace };
    const sources = files.filter((file) => !file.split("/").some((part) => generated.has(part)));
    const folders = [...new Set(sources.map((file) => path.posix.dirname(file)))].toSorted();
    const all = await Promise.all(
      folders.map((folder) => readDefinitions(context.workspaceRoot, folder, sources)),
    );
    return all.map((each) => {
      const file = path.posix.join(
        each.folder,
        each.manifest === undefined ? lockName : manifestName,
      );
      return [file, projectOf(each, all, destination)] as const;
    });
  },
];

function projectOf(
  each: Definitions,
  all: readonly Definitions[],
  destination: Destination | undefined,
): CreateNodesResult {
  const name = projectName(each.folder);
  const targets: Record<string, TargetConfiguration> = {};
  if (each.manifest !== undefined) {
    targets["pack"] = packTarget(name);
    if (destination !== undefined) targets["push"] = pushTarget(each.manifest, destination);
  }
  if (each.lock !== undefined) {
    targets["install"] = installTarget(each.lock, all, destination);
  }
  return { projects: { [each.folder]: { name, root: each.folder, tags: ["slipway"], targets } } };
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

function pushTarget(manifest: Naming, to: Destination): TargetConfiguration {
  const repository = [to.registry, to.namespace, manifest.name].filter(
    (part) => part !== undefined,
  );
  return {
    executor: "@slipway/executors:push",
    cache: false,
    dependsOn: ["pack", ...servedRegistry(to.registry)],
    inputs: [...own, ...executorSource("pack", libraries), ...executorSource("push", libraries)],
    options: { repository: repository.join("/") },
    metadata: { description: "Makes the registry agree with what was packed." },
  };
}

function installTarget(
  lock: LockUse,
  all: readonly Definitions[],
  destination: Destination | undefined,
): TargetConfiguration {
  const pushed = all.filter(
    ({ manifest }) => manifest !== undefined && lock.keys.includes(manifest.key),
  );
  const projects = pushed.map(({ folder }) => projectName(folder));
  const host = destination?.registry;
  const usesHost = lock.sources.some((source) => source.startsWith(`${host}/`));
  const after = host === undefined || projects.length === 0 ? [] : [{ projects, target: "push" }];
  return {
    executor: "@slipway/executors:install",
    cache: false,
    dependsOn: [...after, ...(host !== undefined && usesHost ? servedRegistry(host) : [])],
    inputs: [
      `{projectRoot}/${lockName}`,
      ...pushed.flatMap(({ folder }) => projectSource(folder)),
      ...["pack", "push", "install"].flatMap((name) => executorSource(name, libraries)),
    ],
    metadata: { description: "Makes the store and the project's links agree with aigogo.lock." },
  };
}

/** The loopback registry runs beside the workspace; its own inputs change no result. */
function servedRegistry(host: string): NonNullable<TargetConfiguration["dependsOn"]> {
  if (!isRegistryHost(host) || !isLoopback(host)) return [];
  return [{ projects: ["registry"], target: "serve", waitFor: "ready", inputs: false }];
}

async function readDefinitions(
  workspaceRoot: string,
  folder: string,
  files: readonly string[],
): Promise<Definitions> {
  const read = async (name: string): Promise<string | undefined> => {
    const file = path.posix.join(folder, name);
    return files.includes(file) ? readFile(path.join(workspaceRoot, file), "utf8") : undefined;
  };
  const manifest = await read(manifestName);
  const lock = await read(lockName);
  return {
    folder,
    manifest: manifest === undefined ? undefined : namingOf(folder, manifest),
    lock: lock === undefined ? undefined : lockUseOf(lock),
  };
}

const Named = z.object({ name: z.string(), language: z.object({ name: z.enum(languages) }) });

function namingOf(folder: string, text: string): Naming {
  const named = Named.safeParse(jsonIn(text)).data;
  const name = named?.name ?? projectName(folder);
  return { name, key: named === undefined ? name : keyText(name, named.language.name) };
}

function lockUseOf(text: string): LockUse {
  const lock = parseLock(lockName, text);
  const packages = lock.ok ? lock.value.packages : [];
  return { keys: packages.map(({ key }) => key), sources: packages.map(({ source }) => source) };
}

function projectName(folder: string): string {
  return folder === "." ? "workspace" : path.posix.basename(folder);
}
