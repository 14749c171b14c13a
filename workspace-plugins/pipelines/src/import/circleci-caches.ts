import type { Caches } from "./github-caches.ts";
import { literal } from "./github-values.ts";
import { entriesOf, textOf, textsOf } from "./located.ts";
import type { Located, Plain } from "./located.ts";

/** Names of caches by the keys that they are saved under. */
export type CacheKeys = Map<string, string>;

/** Every `save_cache` of a file, wherever it stands. */
export function findCaches(root: Located, caches: Caches): CacheKeys {
  const keys: CacheKeys = new Map();
  const visit = (located: Located): void => {
    if (located.kind === "list") for (const each of located.items) visit(each);
    for (const [name, each] of entriesOf(located)) {
      if (name === "save_cache") note(new Map(entriesOf(each)));
      else visit(each);
    }
  };
  const note = (save: ReadonlyMap<string, Located>): void => {
    const key = textOf(save.get("key")) ?? "";
    const parts = keyParts(key);
    const paths = textsOf(save.get("paths"));
    if (parts === undefined || paths.length === 0 || keys.has(key)) return;
    if (paths.some((each) => each === "" || each.includes("<<"))) return;
    const cache: Plain = { paths: paths.map(literal), key_parts: parts.map(literal) };
    const name = freeName(nameOf(key), caches);
    caches.set(name, cache);
    keys.set(key, name);
  };
  visit(root);
  return keys;
}

/** The cache that is saved under one of these keys, or under one that begins with it. */
export function cacheFor(wanted: readonly string[], keys: CacheKeys): string | undefined {
  for (const key of wanted) {
    const exact = keys.get(key);
    if (exact !== undefined) return exact;
  }
  for (const key of wanted) {
    const found = [...keys].find(([saved]) => saved.startsWith(key));
    if (found !== undefined) return found[1];
  }
  return undefined;
}

/** `v1-{{ arch }}-{{ checksum "a" }}`: a text, the platform, and the files. */
function keyParts(key: string): readonly string[] | undefined {
  const parts: string[] = [];
  for (const [whole, file, name] of key.matchAll(
    /\{\{\s*checksum\s+"([^"]+)"\s*\}\}|\{\{\s*([.\w]+)\s*\}\}|(?:(?!\{\{)[^])+/g,
  )) {
    if (file !== undefined) parts.push(file);
    else if (name === "arch") parts.push("platform");
    else if (name === undefined && !whole.includes("<<") && !whole.includes("}}")) {
      const text = whole.replaceAll(/^[-_:.]+|[-_:.]+$/g, "");
      if (text !== "") parts.push(`key:${text}`);
    } else return undefined;
  }
  return parts.length === 0 || !parts.every(isPart) ? undefined : parts;
}

/** A file with a colon in its name would be a text. */
function isPart(part: string): boolean {
  return part === "platform" || part.startsWith("key:") || !part.includes(":");
}

function nameOf(key: string): string {
  const [text = ""] = key.split("{{");
  const name = text.replaceAll(/[^\w-]+/g, "-").replaceAll(/^[-_]+|[-_]+$/g, "");
  return name === "" ? "cache" : name;
}

function freeName(wanted: string, caches: Caches): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!caches.has(name)) return name;
  }
}
