import { formatYaml } from "@slipway/pipeline-sdk/yaml";
import { Pair, parseDocument, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { Node } from "yaml";

/** Mappings as `Map`s, so that each key is data, `__proto__` too; whole numbers as `bigint`, so that none is rounded. */
export type Structured =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly Structured[]
  | ReadonlyMap<unknown, Structured>;

export type StructuredFormat = "YAML" | "JSON";

/** YAML 1.2, of which JSON is a part; a comment does not survive. */
export function parseStructured(
  text: string,
  format: StructuredFormat,
): { readonly value: Structured } | { readonly detail: string } {
  const document = parseDocument(text, {
    schema: format === "JSON" ? "json" : "core",
    intAsBigInt: true,
    // A billion laughs need no more than a few lines.
    logLevel: "silent",
  });
  // A warning is of a tag that nobody knows, whose value would be taken for a plain one.
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) return { detail: firstLine(problem.message) };
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library says `any`: of these schemas it makes nothing else
    return { value: document.toJS({ mapAsMap: true, maxAliasCount: 100 }) as Structured };
  } catch (error) {
    if (error instanceof ReferenceError) return { detail: firstLine(error.message) };
    throw error;
  }
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").replace(/:$/, "");
}

export function printStructured(value: Structured, format: StructuredFormat): string {
  return format === "YAML" ? formatYaml(nodeOf(value)) : `${json(value, "")}\n`;
}

/** The library makes `!!omap` of a `Map`, and moves nothing about in its own. */
function nodeOf(value: Structured): Node {
  if (Array.isArray(value)) {
    const list = new YAMLSeq<Node>();
    list.items = (value as readonly Structured[]).map(nodeOf);
    return list;
  }
  if (!(value instanceof Map)) return new Scalar(value);
  const mapping = new YAMLMap<Node, Node>();
  mapping.items = [...(value as ReadonlyMap<Structured, Structured>)].map(
    ([key, one]) => new Pair(nodeOf(key), nodeOf(one)),
  );
  return mapping;
}

/** `JSON.stringify` would move keys that look like numbers to the front, and knows no `bigint`. */
function json(value: Structured, indent: string): string {
  const inner = `${indent}  `;
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<unknown, Structured>)].map(
      ([key, one]) => `${inner}${JSON.stringify(String(key))}: ${json(one, inner)}`,
    );
    return entries.length === 0 ? "{}" : `{\n${entries.join(",\n")}\n${indent}}`;
  }
  if (Array.isArray(value)) {
    const items = (value as readonly Structured[]).map((one) => `${inner}${json(one, inner)}`);
    return items.length === 0 ? "[]" : `[\n${items.join(",\n")}\n${indent}]`;
  }
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}
