import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CacheSchema } from "@slipway/pipeline-sdk/graph";
import type { Plain } from "../graph.ts";

type CacheInit = Plain<MessageInitShape<typeof CacheSchema>>;

export type PlannedCache = {
  readonly id: string;
  readonly alias: string | undefined;
  readonly folder: string;
  readonly language: string;
  readonly version: string | undefined;
  readonly paths: readonly string[];
  readonly files: readonly string[];
};

export type NamedCaches = {
  /** In the order of what was asked for. */
  readonly ids: readonly (string | undefined)[];
  readonly caches: readonly CacheInit[];
};

/**
 * A cache that the pipeline's own file declares, by the id of ours or its alias, is taken as it is. Equal ones are one; where they
 * differ, all of the id are told apart by folder and version.
 */
export function nameCaches(
  wanted: readonly (PlannedCache | undefined)[],
  declared: readonly string[],
): NamedCaches {
  const found = wanted.map((cache) => {
    if (cache === undefined) return undefined;
    const own = [cache.id, cache.alias ?? cache.id].find((id) => declared.includes(id));
    if (own !== undefined) return { id: own };
    const others = wanted.filter((one) => one?.id === cache.id);
    const isOnly = others.every((one) => keyOf(one) === keyOf(cache));
    return { id: isOnly ? cache.id : longName(cache), cache };
  });
  const caches = new Map(
    found.flatMap((one) => (one?.cache === undefined ? [] : [[one.id, one.cache] as const])),
  );
  return {
    ids: found.map((one) => one?.id),
    caches: [...caches]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, cache]) => messageOf(id, cache)),
  };
}

function keyOf(cache: PlannedCache | undefined): string {
  return JSON.stringify([cache?.folder, cache?.version]);
}

function longName({ id, folder, language, version }: PlannedCache): string {
  const parts = [id, folder, version === undefined ? "" : `${language}${version}`];
  return parts
    .filter((part) => part !== "")
    .map((part) => part.replaceAll(/[^A-Za-z0-9]+/g, "_"))
    .join("-");
}

function messageOf(id: string, { paths, files, language, version }: PlannedCache): CacheInit {
  return {
    id,
    paths: [...paths],
    keyParts: [
      { kind: { case: "platform", value: true } },
      ...(version === undefined
        ? []
        : [{ kind: { case: "text", value: `${language}:${version}` } as const }]),
      ...files.map((value) => ({ kind: { case: "file", value } }) as const),
    ],
    backend: "native",
  };
}
