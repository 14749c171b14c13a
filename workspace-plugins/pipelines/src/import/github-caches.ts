import { freeName } from "./free-name.ts";
import { parseExpression, partsOf } from "./github-expression.ts";
import { literal } from "./github-values.ts";
import { Taking, textOf } from "./located.ts";
import type { Located, Plain } from "./located.ts";

/** Of the whole file, by name. */
export type Caches = Map<string, Plain>;

/** The name of the cache that a step of actions/cache is. `undefined`: it says more than we can. */
export function importCache(step: Located, caches: Caches): string | undefined {
  const taking = new Taking(step);
  taking.take("uses");
  const id = textOf(taking.take("id"));
  const title = textOf(taking.take("name")) ?? "";
  const inputs = taking.take("with");
  // An id is there to be asked whether it was found.
  if (taking.left().length > 0 || id !== undefined || inputs === undefined) return undefined;
  const given = new Taking(inputs);
  const paths = (textOf(given.take("path")) ?? "").split("\n").map((each) => each.trim());
  const parts = keyParts(textOf(given.take("key")) ?? "");
  given.take("restore-keys");
  const kept = paths.filter((each) => each !== "");
  if (given.left().length > 0 || parts === undefined || kept.length === 0) return undefined;
  if (kept.some((each) => each.includes("${{") || each.startsWith("!"))) return undefined;
  const cache = { paths: kept.map(literal), key_parts: parts.map(literal) };
  const name = freeName(nameOf(title, kept), cache, caches);
  caches.set(name, cache);
  return name;
}

/** `npm-${{ runner.os }}-${{ hashFiles('a', 'b') }}`: a text, the platform, and the files. */
function keyParts(key: string): readonly string[] | undefined {
  const parts: string[] = [];
  for (const part of partsOf(key)) {
    if (part.kind === "text") {
      const text = part.text.replaceAll(/^[-_:.]+|[-_:.]+$/g, "");
      if (text !== "") parts.push(`key:${text}`);
      continue;
    }
    const expression = parseExpression(part.source);
    if (expression?.kind === "path" && /^runner (?:os|arch)$/.test(expression.names.join(" "))) {
      if (!parts.includes("platform")) parts.push("platform");
      continue;
    }
    if (expression?.kind !== "call" || expression.name.toLowerCase() !== "hashfiles") {
      return undefined;
    }
    for (const file of expression.of) {
      if (file.kind !== "literal" || file.value.includes(":")) return undefined;
      parts.push(file.value);
    }
  }
  return parts.length === 0 ? undefined : parts;
}

function nameOf(title: string, paths: readonly string[]): string {
  const [first = ""] = paths;
  const last =
    first
      .split("/")
      .filter((part) => !/^[~.*]*$/.test(part))
      .at(-1) ?? "cache";
  const words = /^[\w -]{1,30}$/.test(title) ? title : last;
  const name = words
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? "cache" : name;
}
