import type { Cache, Graph, Work } from "@slipway/pipeline-sdk/graph";
import { shellQuoted } from "@slipway/pipeline-sdk/shell-job";
import type { ShellStep } from "@slipway/pipeline-sdk/shell-job";
import { compact } from "./plain.ts";
import type { Plain, Table } from "./plain.ts";
import { plugins } from "./plugins.ts";
import { uploadVariable } from "./uploaded.ts";

/** Backends of the plugin, but for the usual one. */
export const cacheBackends: readonly string[] = ["s3", "gcs", "azure"];

/** Caches of the job or its steps. */
export function cachesOf(graph: Graph, work: Work): readonly Cache[] {
  const used = new Set([
    ...work.caches,
    ...work.steps.flatMap(({ kind }) =>
      kind.case === "restoreCache" || kind.case === "saveCache" ? [kind.value.cache] : [],
    ),
  ]);
  return graph.caches.filter(({ id }) => used.has(id));
}

function isSaved(work: Work, id: string): boolean {
  return (
    work.caches.includes(id) ||
    work.steps.some(({ kind }) => kind.case === "saveCache" && kind.value.cache === id)
  );
}

/**
 * The plugin keeps one folder of the checkout, into which the job packs its files: they may be anywhere, and in a container.
 * A pull request gets what branches keep, and keeps its own for itself.
 */
export function cachePlugins(graph: Graph, work: Work): readonly Table[] {
  return cachesOf(graph, work).flatMap((cache) => {
    const files = cache.keyParts.flatMap(({ kind }) => (kind.case === "file" ? [kind.value] : []));
    return trustedPlugins({
      folder: folderOf(cache.id),
      level: files.length === 0 ? "pipeline" : "file",
      files,
      key: keyOf(cache, work),
      backend: cacheBackends.includes(cache.backend) ? cache.backend : undefined,
      isSaved: isSaved(work, cache.id),
    });
  });
}

export type KeptFolder = {
  readonly folder: string;
  readonly level: "file" | "pipeline" | "branch";
  readonly files: readonly string[];
  readonly key: string;
  readonly backend: string | undefined;
  readonly isSaved: boolean;
  /** Also where one is kept already. */
  readonly isForced?: boolean;
};

export function trustedPlugins(kept: KeptFolder): readonly Table[] {
  const { folder, level, files, key, backend } = kept;
  const plugin = (trust: string, more: { readonly [key: string]: Plain | undefined }): Table => ({
    [plugins.cache]: compact({
      path: folder,
      manifest: files,
      ...more,
      backend,
      "key-extra": `${key} ${trust}`,
      "soft-fail": true,
    }),
  });
  const save = kept.isSaved ? level : undefined;
  return [
    // A branch has its own: there is none that others may only read.
    ...(level === "branch" ? [] : [plugin("false", { restore: level })]),
    plugin(uploadVariable("BUILDKITE_PULL_REQUEST"), {
      restore: level,
      save,
      force: kept.isSaved && kept.isForced === true ? true : undefined,
    }),
  ];
}

/** The plugin knows nothing of platforms: those with the same runner have the same. */
function keyOf({ id, keyParts }: Cache, work: Work): string {
  const parts = keyParts.flatMap(({ kind }) => {
    if (kind.case === "text") return [kind.value];
    return kind.case === "platform"
      ? [`runner:${work.runner}`, `image:${work.container?.image ?? ""}`]
      : [];
  });
  return [id, ...parts].join(" ");
}

function folderOf(id: string): string {
  return `.slipway/caches/${id}`;
}

const places = ["checkout", "home", "root"] as const;
type Place = (typeof places)[number];

const roots = { checkout: ".", home: '"$HOME"', root: "/" } as const satisfies Record<
  Place,
  string
>;

/** Puts the files of a cache in their places. */
export function restoreStep({ id, paths }: Cache): ShellStep {
  return {
    name: `restore cache ${id}`,
    command: usedPlaces(paths)
      .map((place) => {
        const file = shellQuoted(`${folderOf(id)}/${place}.tar`);
        return `[ ! -f ${file} ] || tar -C ${roots[place]} -xf ${file}`;
      })
      .join("\n"),
  };
}

/** Packs the files of a cache for the plugin. What was restored is under the same key already. */
export function saveStep({ id, paths }: Cache): ShellStep {
  const folder = shellQuoted(folderOf(id));
  return {
    name: `save cache ${id}`,
    command: [
      `[ ! -d ${folder} ] || exit 0`,
      `mkdir -p ${folder}`,
      `to=$(cd ${folder} && pwd)`,
      ...usedPlaces(paths).flatMap((place) => [
        "(",
        `  cd ${roots[place]}`,
        "  set --",
        `  for path in ${pathsIn(place, paths).map(globWord).join(" ")}; do`,
        '    [ ! -e "$path" ] || set -- "$@" "$path"',
        "  done",
        `  [ $# = 0 ] || tar -cf "$to/${place}.tar" -- "$@"`,
        ")",
      ]),
      // Without a file, there is nothing to keep.
      'rmdir "$to" 2>/dev/null || :',
    ].join("\n"),
  };
}

function placeOf(path: string): Place {
  if (path === "~" || path.startsWith("~/")) return "home";
  return path.startsWith("/") ? "root" : "checkout";
}

function usedPlaces(paths: readonly string[]): readonly Place[] {
  return places.filter((place) => paths.some((path) => placeOf(path) === place));
}

function pathsIn(place: Place, paths: readonly string[]): readonly string[] {
  return paths
    .filter((path) => placeOf(path) === place)
    .map((path) => path.replace(/^(?:~\/?|\/+)/, "") || ".");
}

/** A word of a shell in which `*` and `?` are for the shell. */
function globWord(path: string): string {
  return path.replaceAll(/[^*?]+/g, (part) => shellQuoted(part));
}
