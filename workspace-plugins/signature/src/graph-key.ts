import path from "node:path";
import { canonicalJson } from "./canonical-json.ts";
import { digestOf } from "./digest.ts";
import type { Digest } from "./digest.ts";
import { lstatSync, readFileSync } from "./file-system.ts";
import type { ListedFile } from "./listing.ts";
import type { Tree } from "./tree/tree.ts";

/** Counts what the key is made of: definitions that were stored under another number are not found any more. */
const keySchema = 1;

/** Files that Nx itself, its plugin for npm packages or one of our plugins reads, wherever they lie. */
const graphFileNames = new Set(
  [
    "package.json project.json .gitignore .nxignore .gitmodules",
    "package-lock.json yarn.lock pnpm-lock.yaml bun.lock pnpm-workspace.yaml",
    "nx.json lerna.json tsconfig.json tsconfig.base.json",
    "aigogo.json aigogo.lock ao.yml cig.toml smoke.yml",
    "base.yml agent.yml extension.yml image-extended.yml Dockerfile",
    "base.yaml agent.yaml extension.yaml image-extended.yaml",
    "slipway.images.lock slipway.images.policy.yml",
  ].flatMap((names) => names.split(" ")),
);

/** The code of our own plugins, where it is part of the workspace. */
const pluginSource =
  /^(tools\/executors|workspace-plugins)\/(?!.*\.test\.ts$).*\.([cm]?[jt]s|json)$/;

/** What a plugin that we do not know may read: anything that configures something. */
const configuration = /\.([cm]?[jt]sx?|json[5c]?|ya?ml|toml)$|(^|\/)\.[^/]*rc$/;

/** Read by Nx from the environment when it makes a graph, and no others. */
const graphVariables = ["NX_INFER_ALL_PACKAGE_JSONS", "NX_DISABLE_TSCONFIG_PATHS"];

/** Not among the files of a tree, as git ignores them or they are not the workspace's. */
const unlisted = [".env", ".local.env", ".env.local", "node_modules/nx/package.json"];

/** Whether the graph may be another when this file is there, is not, or has other content. */
export function isGraphFile(file: string): boolean {
  return graphFileNames.has(path.posix.basename(file)) || pluginSource.test(file);
}

/**
 * The digest of everything that Nx's graph can depend on: under an equal key Nx makes an equal graph. With a plugin in
 * nx.json that is not ours it is coarse: every path, and the content of all that may be configuration. `undefined`
 * where one of those files cannot be read: then nothing is known.
 */
export async function graphKey(
  tree: Pick<Tree, "folder" | "listing" | "hash">,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Digest | undefined> {
  const { files } = tree.listing;
  const isCoarse = hasForeignPlugin(tree.folder);
  const read = files.filter(
    (file) => isGraphFile(file.path) || (isCoarse && configuration.test(file.path)),
  );
  const regular = read.filter((file) => file.kind === "file");
  const hashed = await tree.hash(tree.folder, regular, signal);
  if (hashed.failures.size > 0) return undefined;
  const content = (file: ListedFile): string =>
    file.kind === "symlink"
      ? `${file.target} ${contentAt(tree.folder, file.path)}`
      : (hashed.digests.get(file.path)?.digest ?? "");
  return digestOf(
    canonicalJson({
      schema: keySchema,
      // A project at the root may be named after it.
      folder: path.basename(tree.folder),
      files: read.map((file) => [file.path, content(file)]),
      paths: isCoarse ? files.map((file) => file.path) : [],
      unlisted: unlisted.map((file) => [file, contentAt(tree.folder, file)]),
      environment: graphVariables.map((name) => [name, environment[name]]),
    }),
  );
}

/**
 * Whether what the key is made of is older than `sinceMs` of the epoch, and so as it was when a graph was made after
 * that. Looks at folders too: a file that was removed is no longer there to be looked at.
 */
export function isGraphSettled(tree: Pick<Tree, "folder" | "listing">, sinceMs: number): boolean {
  const files = tree.listing.files.map((file) => file.path).filter(isGraphFile);
  const looked = new Set([...files, ...files.map((file) => path.posix.dirname(file)), ...unlisted]);
  return [...looked].every((file) => {
    const stat = lstatSync(path.join(tree.folder, file), { throwIfNoEntry: false });
    return stat === undefined || stat.ctimeMs < sinceMs;
  });
}

/** By nx.json's own text: what it does not name does not run. Unreadable, it is anything. */
function hasForeignPlugin(folder: string): boolean {
  try {
    const json: unknown = JSON.parse(readFileSync(path.join(folder, "nx.json"), "utf8"));
    return pluginsOf(json).some((plugin) => !plugin.startsWith("@slipway/"));
  } catch {
    return true;
  }
}

function pluginsOf(json: unknown): readonly string[] {
  if (typeof json !== "object" || json === null || !("plugins" in json)) return [];
  const declared: readonly unknown[] = Array.isArray(json.plugins) ? json.plugins : [""];
  return declared.map((one) => {
    if (typeof one === "string") return one;
    const isNamed = typeof one === "object" && one !== null && "plugin" in one;
    return isNamed ? String(one.plugin) : "";
  });
}

/** What reading the path gives, through links. A file that is not there differs from an empty one. */
function contentAt(folder: string, file: string): string {
  try {
    return digestOf(readFileSync(path.join(folder, file)));
  } catch {
    return "none";
  }
}
