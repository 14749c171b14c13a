import type { Cache, Graph } from "@slipway/pipeline-sdk/graph";
import { compact, quoted } from "./plain.ts";
import type { Table } from "./plain.ts";

type CacheKey = { readonly exact: string; readonly prefix: string };

export function restoreStep(graph: Graph, id: string, name = ""): Table {
  const { exact, prefix } = keyOf(cacheOf(graph, id));
  return {
    restore_cache: compact({
      name: quoted(name),
      keys: prefix === exact ? [exact] : [exact, prefix],
    }),
  };
}

export function saveStep(graph: Graph, id: string, name = "", when = ""): Table {
  const cache = cacheOf(graph, id);
  return {
    save_cache: compact({
      name: quoted(name),
      key: keyOf(cache).exact,
      paths: cache.paths.map(quoted),
      when,
    }),
  };
}

export function cacheOf({ caches }: Graph, id: string): Cache {
  const found = caches.find((one) => one.id === id);
  if (found === undefined) throw new Error(`internal: no cache is called ${id}`);
  return found;
}

/**
 * A key finds every cache that begins with it, so each part ends with a letter that none has in it. What files say stands last: the part before
 * it finds an older cache.
 */
function keyOf({ id, keyParts }: Cache): CacheKey {
  const isOfPlatform = keyParts.some(({ kind }) => kind.case === "platform" && kind.value);
  const texts = keyParts.flatMap(({ kind }) => (kind.case === "text" ? [partOf(kind.value)] : []));
  const files = keyParts.flatMap(({ kind }) => (kind.case === "file" ? [kind.value] : []));
  const prefix = ended([id, ...(isOfPlatform ? ["{{ arch }}"] : []), ...texts]);
  const checksums = files.map((file) => quoted(`{{ checksum ${JSON.stringify(file)} }}`));
  return { exact: `${prefix}${ended(checksums)}`, prefix };
}

function ended(parts: readonly string[]): string {
  return parts.map((part) => `${part}|`).join("");
}

/** A text as it stands for itself in a key. */
function partOf(text: string): string {
  const plain = text.replaceAll(
    /[%|,{]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return quoted(plain);
}
