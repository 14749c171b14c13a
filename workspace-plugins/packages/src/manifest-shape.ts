import { isObject } from "./struct-json.ts";
import type { Field, JsonObject, Shape } from "./struct-json.ts";

const value: Shape = { kind: "value" };
const omitted: Field = { shape: value, unset: "omitted" };
const text: Field = { shape: value, unset: { value: "" } };

function struct(fields: Readonly<Record<string, Field>>): Shape {
  return { kind: "struct", fields };
}

function list(of: Shape): Field {
  return { shape: { kind: "list", of }, unset: "omitted" };
}

const map: Field = { shape: { kind: "map" }, unset: "omitted" };
const dependency = struct({ package: text, version: text, optional: omitted });

/** aigg's struct of `aigogo.json`: its fields, in the order and by the rules in which it writes them. */
export const manifestShape: Shape = struct({
  $schema: omitted,
  name: text,
  version: text,
  description: omitted,
  author: omitted,
  language: {
    shape: struct({ name: text, runtime: omitted, version: text }),
    unset: { value: {} },
  },
  dependencies: {
    shape: struct({ runtime: list(dependency), dev: list(dependency) }),
    unset: "as-it-stands",
  },
  files: {
    shape: struct({ include: { shape: value, unset: "as-it-stands" }, exclude: list(value) }),
    unset: { value: {} },
  },
  scripts: map,
  metadata: {
    shape: struct({ license: omitted, homepage: omitted, tags: list(value), extra: map }),
    unset: { value: {} },
  },
  ai: {
    shape: struct({
      summary: text,
      capabilities: { ...list(value), unset: { value: null } },
      usage: omitted,
      inputs: omitted,
      outputs: omitted,
    }),
    unset: "as-it-stands",
  },
});

/** The bytes that aigg would save, with the keys it does not know behind those it does, where it would drop them. */
export function formatManifest(manifest: JsonObject): string {
  const json = JSON.stringify(inOrder(manifest, manifestShape), undefined, 2);
  return `${json.replaceAll("\u2028", String.raw`\u2028`).replaceAll("\u2029", String.raw`\u2029`)}\n`;
}

function inOrder(given: unknown, shape: Shape): unknown {
  if (shape.kind === "list" && Array.isArray(given)) {
    return given.map((item: unknown) => inOrder(item, shape.of));
  }
  if (!isObject(given)) return given;
  if (shape.kind === "map") return Object.fromEntries(Object.entries(given).toSorted(byName));
  if (shape.kind !== "struct") return given;
  const { fields } = shape;
  const known = Object.entries(fields).flatMap(([name, field]) => {
    const written = inOrder(given[name], field.shape);
    if (!isUnset(written)) return [[name, written]];
    if (typeof field.unset === "object") {
      return [[name, written ?? inOrder(field.unset.value, field.shape)]];
    }
    return field.unset === "as-it-stands" && written !== undefined ? [[name, written]] : [];
  });
  const unknown = Object.entries(given).filter(([name]) => !Object.hasOwn(fields, name));
  return Object.fromEntries([...known, ...unknown]);
}

/** What Go calls empty. */
function isUnset(given: unknown): boolean {
  if (Array.isArray(given)) return given.length === 0;
  if (isObject(given)) return Object.keys(given).length === 0;
  return given === undefined || given === "" || given === false;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
